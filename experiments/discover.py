"""`discover`: under which conditions something happens.

discover "when=live_gmv >= 6"
discover --help
"""

from experiments.application import Application

APPLICATION = Application(
    name="discover",
    purpose=(
        "discover: under which conditions something happens: boxes in the space of parameters and scenarios (PRIM),",
        "with how much of it they cover and how often it happens in them.",
    ),
    examples=(
        ('discover "when=live_gmv >= 6"', "a large market in the last year"),
        ('discover "when=cpm > 60 and violation_rate < 20" year=2028', "both at once, in a year of your choice"),
        ("discover prediction=1.2.2-p1 samples=200", "a prediction of the report"),
        ('discover "when=live_gmv < 4" scenarios=[baseline,traffic_squeeze]', "where the scenario is a condition too"),
        ('discover "when=cpm > 60" vary.brand_trust.gain=[0.05,0.5] vary.style.jump=[0.5,4]', "conditions of your choice"),
    ),
    results=(
        "Results: index.html (the page to read), boxes, peeling and runs in the form asked for, figures/,",
        "configuration.yaml and manifest.json.",
    ),
    options="experiments.options:DISCOVER",
    work="experiments.discovering:discover",
)
command, main = APPLICATION.command, APPLICATION.main

if __name__ == "__main__":
    main()
