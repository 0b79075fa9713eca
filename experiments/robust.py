"""`robust`: which strategy of a brand, a platform or a regulator does well whatever the future.

robust user=regulator
robust --help
"""

from experiments.application import Application

APPLICATION = Application(
    name="robust",
    purpose=(
        "robust: which strategy of a brand, a platform or a regulator does well whatever the future: regret and satisficing",
        "over scenarios, plausible parameters, chance, and what else you vary.",
    ),
    examples=(
        ("robust user=regulator", "the strategies of configs/strategies.yaml"),
        ("robust user=platform scenarios=[baseline,strict_regulation] members=16", "other futures"),
        ("robust user=brand vary.style.jump=[0.5,4] samples=32", "futures that differ in a parameter too"),
        ("robust user=regulator thresholds.violation_rate=20 thresholds.live_gmv=5", "what satisfies"),
        ("robust user=me strategies=mine.yaml objectives=mine_too.yaml", "strategies and objectives of your own"),
    ),
    results=(
        "Results: index.html (the page to read), strategies, futures and runs in the form asked for, figures/,",
        "configuration.yaml and manifest.json.",
    ),
    options="experiments.options:ROBUST",
    work="experiments.choosing:robust",
)
command, main = APPLICATION.command, APPLICATION.main

if __name__ == "__main__":
    main()
