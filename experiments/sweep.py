"""`sweep`: run the market over a design of parameters and scenarios, and table what comes out.

sweep vary.private_domain.opening=[1,1.5,2] scenarios=[baseline,traffic_squeeze]
sweep --help
"""

from experiments.application import Application

APPLICATION = Application(
    name="sweep",
    purpose=(
        "sweep: run the market over a grid, a list or a random design of parameters and scenarios,",
        "and table what comes out.",
    ),
    examples=(
        ("sweep vary.private_domain.opening=[1,1.5,2]", "three values of one parameter"),
        ("sweep vary.brand_trust.gain=[0.1,0.2] vary.brand_trust.loss=[0.2,0.4]", "every combination"),
        ("sweep design=list vary.brand_trust.gain=[0.1,0.2] vary.brand_trust.loss=[0.2,0.4]", "first with first"),
        ("sweep design=latin samples=100 vary.private_domain.opening=[0.5,2] vary.style.jump=[0.5,4]", "a hundred points between the ends"),
        ("sweep design=sobol samples=128 vary.private_domain.opening=[0.5,2] outputs=[live_gmv,cpm] year=2028", "what is read, and when"),
        ("sweep vary.style.jump=[1,2] scenarios=[baseline,strict_regulation] format=parquet", "each point in each scenario"),
    ),
    results=(
        "Results: index.html (the page to read), runs (a row for each run) and points (means with 90% intervals) in the form asked for,",
        "figures/, configuration.yaml and manifest.json. The members open as one Dataset: experiments.store.opening.open_study.",
    ),
    options="experiments.options:SWEEP",
    work="experiments.sweeping:sweep",
)
command, main = APPLICATION.command, APPLICATION.main

if __name__ == "__main__":
    main()
