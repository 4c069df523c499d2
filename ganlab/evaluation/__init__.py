"""Is a generator any good? Its measures beside those of real images, noise and known failures.

A number such as "Fréchet distance 18" says nothing by itself. Here every measure of the
generator stands beside the same measure of other real images, of noise, of a generator that
collapsed and of one that memorized, all taken in the same way from sets of the same size.
"""

from ganlab.evaluation import factors, features
from ganlab.evaluation.features import FeatureExtractor, extractor_for
from ganlab.evaluation.legal import nearest_critters
from ganlab.evaluation.quality_curve import QualityCurve
from ganlab.evaluation.reference_rows import check_sets, evaluate
from ganlab.evaluation.report import Report, Row

__all__ = [
    "FeatureExtractor",
    "QualityCurve",
    "Report",
    "Row",
    "check_sets",
    "evaluate",
    "extractor_for",
    "factors",
    "features",
    "nearest_critters",
]
