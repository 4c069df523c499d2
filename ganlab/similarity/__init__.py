"""How alike are two images? SSIM in four forms, PSNR and the cosine of two images.

Every measure takes two batches and gives one number a pair, shape (batch,), as float32, or
as float64 when an input is float64. All are differentiable, so each can serve as a loss.

All raise TypeError for pixels that are not floating-point numbers and for a data range that is
no number; ValueError for shapes that differ, are not those of images or are too small, and for
a data range that is not positive.
"""

from ganlab.similarity.content import content_similarity
from ganlab.similarity.signal_to_noise import psnr
from ganlab.similarity.structural import global_ssim, ms_ssim, ms_ssim_scales, ssim, ssim_map

__all__ = [
    "content_similarity",
    "global_ssim",
    "ms_ssim",
    "ms_ssim_scales",
    "psnr",
    "ssim",
    "ssim_map",
]
