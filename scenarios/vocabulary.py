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
SERIES: dict[str, int] = {
    "livestream_gmv_100EC": 7, "livestream_gmv_iResearch": 5, "livestream_gmv_iiMedia": 3, "livestream_gmv_KPMG_Ali": 3,
    "livestream_gmv_ZhongShang": 2, "livestream_sales_MOFCOM": 4, "online_retail_total_NBS": 7, "total_retail_sales_NBS": 1,
    "livestream_users_CNNIC": 10, "ecom_livestream_users_CNNIC": 9, "online_shoppers_CNNIC": 5, "netizens_CNNIC": 6, "kuaishou_gmv_q":
    16, "kuaishou_gmv_annual": 6, "kuaishou_ad_revenue": 10, "kuaishou_ad_to_gmv": 4, "kuaishou_other_services_to_gmv": 2,
    "kuaishou_ad_per_1000_user_minutes": 5, "kuaishou_DAU": 9, "kuaishou_minutes_per_DAU": 9, "douyin_ecom_gmv": 4, "taobao_live_gmv":
    2, "platform_sum_check": 1, "wechat_miniprogram_gmv": 3, "wechat_channels_orders_growth": 1, "store_broadcast_share_taobao_sales":
    1, "store_broadcast_share_iResearch": 1, "top_2.2pct_streamer_share": 1, "top100_influencer_gmv_May2020_kuaishou": 1,
    "top100_influencer_gmv_May2020_taobao": 1, "top100_influencer_gmv_May2020_douyin": 1, "top100_influencer_gmv_May2020_sum": 1,
    "streamer_gmv_May2020_rank1_Viya": 1, "streamer_gmv_May2020_rank2_LiJiaqi": 1, "streamer_gmv_May2020_rank3": 1,
    "streamer_gmv_May2020_rank25": 1, "streamer_accounts_CAPA": 3, "professional_streamers": 1, "active_ecom_streamers_MOFCOM": 4,
    "livestream_sessions_MOFCOM": 4, "MCN_count_CAPA": 2, "MCN_count_iiMedia": 1, "private_domain_gmv_100EC": 4,
    "private_touchpoint_penetration": 1, "wecom": 2, "wecom_served": 2, "popmart_member_repeat_rate": 4,
    "proya_selling_expense_ratio": 3, "return_rate_livestream_firm": 1, "livestream_adoption_effect_sales": 1,
    "complaints_12315_livestream": 4, "complaints_per_bn_gmv": 4,
}  # fmt: skip
"""Series of the history and how many observations each has at least: fewer are the sign of a damaged file."""
