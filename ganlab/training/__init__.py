"""The adversarial training step, written once, and the drivers that take steps one by one."""

from ganlab.training.driver import interrupt_calls, steps
from ganlab.training.gan import GAN
from ganlab.training.growing import GrowingGAN, Stages, grow, inherit

__all__ = ["GAN", "GrowingGAN", "Stages", "grow", "inherit", "interrupt_calls", "steps"]
