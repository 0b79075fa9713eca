"""The report and the history are written in these words: columns, closed lists and the forms of ids."""

from __future__ import annotations

REPORT_COLUMNS: dict[str, tuple[str, ...]] = {
    "claims.csv": (
        "id", "topic", "scope", "agent", "metric", "value", "unit", "baseline_value", "baseline_year", "year",
        "comparison", "cause", "kind", "statement", "conflict",
    ),
    "mechanisms.csv": (
        "id", "section", "cause", "effect", "sign", "agents", "domain", "statement", "related_claims",
    ),
    "predictions.csv": (
        "id", "section", "subject", "direction", "quantity", "horizon", "testable_as", "statement",
        "related_claims",
    ),
    "roles.csv": ("id", "role", "parameter_or_observable", "reason"),
}  # fmt: skip
HISTORY_COLUMNS: dict[str, tuple[str, ...]] = {
    "market_series.csv": ("series", "start", "end", "value", "unit", "grade", "provenance", "source", "note"),
    "regulation_timeline.csv": ("date", "kind", "event", "grade", "provenance", "source", "note"),
}

CLAIM_ID = r"\d+(?:\.\d+)+-[a-z]"
MECHANISM_ID = r"\d+(?:\.\d+)+-m\d+"
PREDICTION_ID = r"\d+(?:\.\d+)+-p\d+"
SCOPE = r"industry|(?:sector|case):[a-z_+]+"

ROLES = ("input", "target", "check", "prediction", "context")
AGENTS = ("streamer", "market", "brand", "platform", "consumer", "regulator", "service_provider")
CLAIM_KINDS = ("level", "share", "growth", "effect", "policy", "forecast")
SIGNS = ("+", "-", "inverted_u", "threshold")
DIRECTIONS = ("up", "down", "converges", "replaces", "emerges")
RULE_KINDS = ("rule", "penalty")
GRADES = ("A", "B", "C", "D")
PROVENANCES = ("retrieved", "derived", "unverified", "projection")

TOPICS = (
    "technology", "market_size", "channel_structure", "consumer_structure", "traffic_cost", "engagement",
    "regulation", "private_domain", "repurchase", "conversion", "data_integration", "ltv", "trust",
    "emotion_marketing", "referral", "generations", "sustainability", "concentration", "streamer_economics",
    "content_homogeneity", "talent", "compliance", "privacy", "supply_chain", "business_model",
    "globalisation", "segmentation", "organisation", "evaluation",
)  # fmt: skip
DOMAINS = (
    "regulation", "technology", "traffic_cost", "private_domain", "generations", "trust", "data",
    "attention_allocation", "homogeneity", "talent", "globalisation", "supply_chain", "emotion",
    "sustainability", "business_model", "organisation",
)  # fmt: skip
CLAIM_UNITS = (
    "share", "relative_change", "percentage_points", "ratio", "CNY", "CNY_trillion", "CNY_per_user",
    "people", "count", "records", "units", "sessions", "units_per_minute", "per_session", "per_day",
    "per_week", "per_month", "per_year", "seconds", "minutes", "hours", "hours_per_day", "days", "months",
    "years", "calendar_year", "ms", "lines", "degrees", "score_0_10", "tonnes_per_year",
)  # fmt: skip
CHANGES = ("percent", "% yoy", "% (half-year)", "% (full year)", "% (value)")
"""Units in which a change may be given, which may be negative."""
SERIES_UNITS = (
    "CNY_trillion", "CNY_billion", "CNY", "bn CNY/month", "million", "thousand", "firms", "m accounts",
    "m sessions", "m WeChat users", "min/day", "per bn CNY", "percent", "% yoy", "% of sales",
    "% of Taobao Live sales", "% of revenue", "% (half-year)", "% (full year)", "% (value)",
)  # fmt: skip
