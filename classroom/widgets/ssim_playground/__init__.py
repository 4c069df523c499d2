"""Damage a picture and watch what SSIM, MS-SSIM, the cosine and the error say about it."""

from classroom.widgets.ssim_playground.widget import SSIMPlayground

__all__ = ["SSIMPlayground"]
