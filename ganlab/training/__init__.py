"""The adversarial training step, written once, and the driver that takes steps one by one."""

from ganlab.training.driver import interrupt_calls, steps
from ganlab.training.gan import GAN

__all__ = ["GAN", "interrupt_calls", "steps"]
