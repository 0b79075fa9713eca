"""The report's predictions on 2025-2030 as executable tests, and what is missing for the rest.

How words are read, unless a test's note says otherwise: 'over 2025-2030' compares the year 2030 with the year
2024 it sets out from, 'from 2025 to 2030' with the year 2025; 'trend' is the least-squares slope over the 24
quarters; flows are summed and ratios are ratios of sums where both parts are recorded, else the annual twin
or the plain mean of the quarter's months; 'its 2024 level of 80' is the run's own level of 2024 (the
scorecard says where it differs from the number in the words); movements within rounding do not count.
"""

from scenarios.predictions import content, market, regulation, traffic
from scenarios.predictions.not_modelled import NOT_MODELLED
from scenarios.predictions.prediction import PREDICTIONS, Start, Test
from scenarios.predictions.variants import VARIANTS_FILE, variants_needed

__all__ = [
    "NOT_MODELLED",
    "PREDICTIONS",
    "VARIANTS_FILE",
    "Start",
    "Test",
    "content",
    "market",
    "regulation",
    "traffic",
    "variants_needed",
]
