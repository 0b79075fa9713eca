"""What the pictures say, in English and in Chinese, and the font that can show it."""

from __future__ import annotations

import warnings

from matplotlib import font_manager

LANGUAGES = ("en", "zh")
CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "SimHei",
    "Heiti TC",
    "Arial Unicode MS",
)
CHINESE_FILES = ("notosanscjk", "notosanssc", "sourcehansans", "wqy", "msyh", "simhei", "pingfang")

WORDS: dict[str, tuple[str, str]] = {
    # term: (English, Chinese)
    "year": ("year", "年份"),
    "live_gmv": ("trillion CNY a year", "万亿元/年"),
    "private_domain_gmv": ("trillion CNY a year", "万亿元/年"),
    "cpm": ("CNY per thousand impressions", "元/千次展示"),
    "cpm_growth": ("% change", "变化，%"),
    "content_similarity_beauty_apparel": ("similarity, 0 to 1", "相似度（0 到 1）"),
    "watch_time": ("minutes a view", "分钟/次"),
    "brand_self_broadcast_share": ("% of live GMV", "占直播 GMV，%"),
    "streamer_tail_exponent": ("Pareto exponent", "帕累托指数"),
    "streamer_gmv_gini": ("Gini, 0 to 1", "基尼系数（0 到 1）"),
    "top100_gmv_share": ("% of live GMV", "占直播 GMV，%"),
    "violation_rate": ("per thousand sessions", "每千场"),
    "complaint_count": ("thousand a year", "千件/年"),
    "heading:cpm": ("Price of attention (CPM)", "流量价格（CPM）"),
    "heading:cpm_growth": ("CPM against {first}", "CPM，相对 {first} 年"),
    "heading:content_similarity_beauty_apparel": (
        "Content similarity, beauty and apparel",
        "内容同质化（美妆与服饰）",
    ),
    "heading:watch_time": ("Watch time", "观看时长"),
    "heading:streamer_tail_exponent": ("Tail (low = concentrated)", "尾部指数（越低越集中）"),
    "heading:streamer_gmv_gini": ("Gini of streamers' GMV", "主播 GMV 基尼系数"),
    "heading:top100_gmv_share": ("Top 100 of real sellers", "前 100 名（按真实主播数折算）"),
    "heading:violation_rate": ("Violations", "违规率"),
    "heading:complaint_count": ("Complaints", "投诉量"),
    "world:report": ("report's world", "报告口径"),
    "world:data": ("data's world", "数据口径"),
    "band": ("{world}: median, 50%, 90%", "{world}：中位数、50%、90%"),
    "single": ("single runs", "单次模拟"),
    "hollow": ("hollow mark: not checked", "空心标记：未核实"),
    "observed": ("end of observations", "观测截止"),
    "house:report": ("the report", "报告"),
    "house:MOFCOM": ("MOFCOM (narrower), annualised", "商务部（监测口径，年化）"),
    "house:Kuaishou": ("Kuaishou ads per user minute (proxy)", "快手每用户分钟广告收入（代理指标）"),
    "house:May2020": ("lists of May 2020 (upper bound)", "2020 年 5 月榜单（上界）"),
    "house:ranks": ("ranks 1 to 25, May 2020", "2020 年 5 月第 1 至 25 名"),
    "house:12315": ("12315 hotline", "12315 热线"),
    "house:Taobao": ("Taobao Live only, other definition", "仅淘宝直播，口径不同"),
    "made": ("Made by: {command}", "生成命令：{command}"),
    "footnote": (
        "World: {worlds}. Scenario: {scenario}. Members: {members} ({draws} parameter draws x {seeds} seeds). Code {version}.",
        "世界：{worlds}；情景：{scenario}；成员 {members}（{draws} 组参数 × {seeds} 个种子）；代码 {version}。",
    ),
    "rises": ("rises from {before} ({base}) to", "从 {before}（{base} 年）升至"),
    "falls": ("falls from {before} ({base}) to", "从 {before}（{base} 年）降至"),
    "stays": ("stays near", "保持在"),
    "quickens": ("quickens to", "加快至"),
    "is": ("is", "为"),
    "slows": ("slows to", "放缓至"),
}

# The message of each picture: for the first world in full, for a further world in short.
MESSAGES: dict[str, dict[str, tuple[str, str]]] = {
    "live_gmv": {
        "en": (
            "Live GMV {moves} {level} trillion CNY in {year}{where} (90%: {low} to {high}); growth {turns} {growth}% a year",
            "In the {world}: {level} ({low} to {high}), growth {growth}% a year",
        ),
        "zh": (
            "{where}直播 GMV 到 {year} 年{moves} {level} 万亿元（90% 区间 {low}–{high}），增速{turns} {growth}%",
            "{world}：{level} 万亿元（{low}–{high}），增速 {growth}%",
        ),
    },
    "private_domain_gmv": {
        "en": (
            "Private-domain GMV {moves} {level} trillion CNY in {year}{where} (90%: {low} to {high}); growth {turns} {growth}% a year",
            "In the {world}: {level} ({low} to {high}), growth {growth}% a year",
        ),
        "zh": (
            "{where}私域 GMV 到 {year} 年{moves} {level} 万亿元（90% 区间 {low}–{high}），增速{turns} {growth}%",
            "{world}：{level} 万亿元（{low}–{high}），增速 {growth}%",
        ),
    },
    "cpm": {
        "en": (
            "The price of a thousand impressions {moves} {level} CNY in {year}{where} "
            "(90%: {low} to {high}); {growth}% on {first} by {base}, "
            "where the report says {claim_low} to {claim_high}%",
            "In the {world}: {level} CNY ({low} to {high}), {growth}% by {base}",
        ),
        "zh": (
            "{where}千次展示价格到 {year} 年{moves} {level} 元（90% 区间 {low}–{high}）；"
            "{base} 年较 {first} 年 {growth}%，报告称 {claim_low} 至 {claim_high}%",
            "{world}：{level} 元（{low}–{high}），{base} 年 {growth}%",
        ),
    },
    "sameness": {
        "en": (
            "Content similarity {moves} {level} in {year}{where} (90%: {low} to {high}), "
            "watch time {moves2} {level2} minutes a view ({low2} to {high2})",
            "In the {world}: similarity {level} ({low} to {high}), watch time {level2} minutes ({low2} to {high2})",
        ),
        "zh": (
            "{where}内容相似度到 {year} 年{moves} {level}（90% 区间 {low}–{high}），单次观看时长{moves2} {level2} 分钟（{low2}–{high2}）",
            "{world}：相似度 {level}（{low}–{high}），观看时长 {level2} 分钟（{low2}–{high2}）",
        ),
    },
    "brand_rooms": {
        "en": (
            "The share of brands' own rooms {moves} {level}% of live GMV in {year}{where} (90%: {low} to {high}%)",
            "In the {world}: {level}% ({low} to {high}%)",
        ),
        "zh": (
            "{where}品牌自播占直播 GMV 的比重到 {year} 年{moves} {level}%（90% 区间 {low}–{high}%）",
            "{world}：{level}%（{low}–{high}%）",
        ),
    },
    "concentration": {
        "en": (
            "The top 100's share {moves} {level}% of live GMV in {year}{where} (90%: {low} to {high}%), "
            "tail exponent {level2}; the report says {claim_low}%",
            "In the {world}: {level}% ({low} to {high}%), tail exponent {level2}",
        ),
        "zh": (
            "{where}前 100 名主播占直播 GMV 的比重到 {year} 年{moves} {level}%（90% 区间 {low}–{high}%），"
            "尾部指数 {level2}；报告称 {claim_low}%",
            "{world}：{level}%（{low}–{high}%），尾部指数 {level2}",
        ),
    },
    "violations": {
        "en": (
            "The violation rate {moves} {level} per thousand sessions in {year}{where} "
            "(90%: {low} to {high}); the count of complaints {moves2} {level2} thousand a year "
            "({low2} to {high2})",
            "In the {world}: {level} ({low} to {high}); complaints {level2} thousand a year ({low2} to {high2})",
        ),
        "zh": (
            "{where}违规率到 {year} 年{moves}每千场 {level} 起（90% 区间 {low}–{high}）；投诉量{moves2} {level2} 千件/年（{low2}–{high2}）",
            "{world}：每千场 {level} 起（{low}–{high}）；投诉 {level2} 千件/年（{low2}–{high2}）",
        ),
    },
}

NOTES: dict[str, tuple[str, str]] = {
    "sameness": (
        "For sensitivity only: nobody but the report publishes either quantity, so neither can be checked.",
        "仅供敏感性分析：除报告外无独立数据，两者均无法核对。",
    ),
    "concentration": (
        "Shares are mapped to the number of real sellers through the tail exponent; a raw simulated top 100 would mislead.",
        "份额已通过尾部指数折算到真实主播总数；直接使用模拟样本会产生误导。",
    ),
    "brand_rooms": (
        "The houses define a brand's room differently; their levels cannot be put in one line.",
        "各机构对品牌自播的定义不同，水平不可直接比较。",
    ),
}


# What the pictures of comparisons, sweeps, sensitivities, discoveries and choices say.
TEXTS: dict[str, tuple[str, str]] = {
    "change": ("change, % of the base's mean", "变化（占基准均值的 %）"),
    "resolved": ("filled: 90% interval excludes 0", "实心：90% 区间不含 0"),
    "open": ("hollow: not resolved", "空心：尚不能判定"),
    "beyond": ("arrow head: the interval goes on", "箭头：区间超出坐标轴"),
    "moves": (
        "Of the resolved effects, that of {scenario} on {quantity} is largest: {value}",
        "在可判定的影响中，{scenario} 对 {quantity} 的最大：{value}",
    ),
    "nothing": ("No effect is resolved", "没有可判定的影响"),
    "same": ("All quantities are the same in every run", "每次运行的所有数量都相同"),
    "depends": ("{output} depends most on {name}", "{output} 最依赖 {name}"),
    "either": (
        "{output} depends most on one of {names}, which are not told apart",
        "{output} 最依赖的参数是 {names} 之一，尚不能区分",
    ),
    "undecided": ("Which parameter {output} depends on most is not resolved", "尚不能判定 {output} 最依赖哪个参数"),
    "constant": ("{output} depends on none of the parameters", "{output} 不依赖任何参数"),
    "elementary": ("mean size of the effect over the range, {unit} (mu*)", "全范围内效应的平均大小，{unit}（mu*）"),
    "share": ("share of the variance", "方差占比"),
    "alone": ("alone (S1)", "单独（S1）"),
    "total": ("with interactions (ST)", "含交互（ST）"),
    "interval": ("bars: 90% interval", "横线：90% 区间"),
    "map": ("{name} matters most, over all outputs", "总体上 {name} 最重要"),
    "map_either": (
        "One of {names} matters most, over all outputs; they are not told apart",
        "总体上 {names} 之一最重要，尚不能区分",
    ),
    "map_undecided": ("Which parameter matters most, over all outputs, is not resolved", "尚不能判定总体上哪个参数最重要"),
    "standard": ("effect over the range, in standard deviations of the output", "全范围效应（以输出标准差计）"),
    "rises": ("{output} rises with {name}", "{output} 随 {name} 上升"),
    "falls": ("{output} falls with {name}", "{output} 随 {name} 下降"),
    "bends": ("{output} rises and falls with {name}", "{output} 随 {name} 有升有降"),
    "unresolved": ("Whether {output} depends on {name} is not resolved", "尚不能判定 {output} 是否依赖 {name}"),
    "unalike": (
        "{output} moves with {name} in some of the markets only, as far as is resolved",
        "{output} 仅在部分市场中可判定随 {name} 变化",
    ),
    "differs": ("{output} moves with {name} otherwise in each market", "{output} 随 {name} 的变化因市场而异"),
    "spans": (
        "{market}: {output} goes from {low} at {lowest} to {high} at {highest}",
        "{market}：{output} 从 {low}（{lowest}）到 {high}（{highest}）",
    ),
    "flat": ("{market}: {output} is the same at all points", "{market}：各点的 {output} 相同"),
    "level": ("{market}: whether {output} differs between the points is not resolved", "{market}：尚不能判定各点的 {output} 是否不同"),
    "shades": (
        "columns: {across}; rows: {down}; shades and numbers: {output}, {unit}",
        "列：{across}；行：{down}；灰度与数字：{output}，{unit}",
    ),
    "mean": ("mean with 90% interval", "均值与 90% 区间"),
    "runs": ("runs", "单次模拟"),
    "binned": ("running mean", "分段均值"),
    "where": ("{words} where {limits}", "{words} 的条件：{limits}"),
    "nowhere": (
        "No condition is resolved that makes {words} likelier: it happens in {hits} of {cases} runs",
        "尚不能判定哪个条件使 {words} 更可能：{cases} 次模拟中发生 {hits} 次",
    ),
    "never": ("{words} in none of {cases} runs", "{words} 在 {cases} 次模拟中从未发生"),
    "always": ("{words} in all {cases} runs", "{words} 在全部 {cases} 次模拟中都发生"),
    "interest": ("{words}", "{words}"),
    "other": ("otherwise", "其他"),
    "coverage": ("coverage", "覆盖率"),
    "density": ("density", "密度"),
    "regret": ("{name} is regretted least", "{name} 的遗憾最小"),
    "unsure": ("{name} is regretted least; whether less than {rival} is not resolved", "{name} 的遗憾最小，但与 {rival} 的差别尚不能判定"),
    "alike": ("All strategies are the same in every future", "所有策略在每个情景中都相同"),
    "regretted": ("regret in {quantity}, {unit}", "{quantity} 的遗憾，{unit}"),
    "spread": (
        "line: 5 to 95% of futures, box: half of them, mark: median, cross: worst",
        "线：5–95% 的情景，框：一半，点：中位数，叉：最坏",
    ),
    "satisfied": ("share of futures that satisfy", "满足要求的情景占比"),
    "command": ("Made by: {command}", "生成命令：{command}"),
}


def say(key: str, language: str, **values: object) -> str:
    """A term in the language asked for; a term nobody translated is shown as it is."""
    pair = WORDS.get(key)
    text = key.split(":", 1)[-1] if pair is None else pair[LANGUAGES.index(language)]
    return text.format(**values) if values else text


def chinese_font() -> str | None:
    """The name of an installed font with Chinese characters, or None.

    matplotlib remembers the fonts of its first start, so a font installed since then is looked for on disk.
    """
    known = {font.name for font in font_manager.fontManager.ttflist}
    for name in CHINESE_FONTS:
        if name in known:
            return name
    for path in sorted(font_manager.findSystemFonts()):
        bare = path.replace("\\", "/").rsplit("/", 1)[-1].lower().replace("-", "").replace("_", "")
        if bare.startswith(CHINESE_FILES):
            font_manager.fontManager.addfont(path)
            return font_manager.FontProperties(fname=path).get_name()
    return None


def settle_language(language: str) -> tuple[str, list[str]]:
    """The language that can be shown and the fonts for it; English where no Chinese font is found."""
    if language not in LANGUAGES:
        raise ValueError(f"language is '{language}'; it must be one of {', '.join(LANGUAGES)}")
    if language == "en":
        return "en", ["DejaVu Sans"]
    font = chinese_font()
    if font is None:
        message = (
            "No font with Chinese characters was found, so the pictures are labelled in English. "
            "Install one (for example the package fonts-wqy-microhei) and draw them again."
        )
        warnings.warn(message, stacklevel=3)
        return "en", ["DejaVu Sans"]
    return "zh", [font, "DejaVu Sans"]
