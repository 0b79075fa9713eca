"""`sensitivity`: which parameters an output depends on, by Morris screening and then Sobol indices of the few that matter.

sensitivity outputs=[live_gmv,cpm] trajectories=10 samples=64
sensitivity --help
"""

from experiments.application import Application

APPLICATION = Application(
    name="sensitivity",
    purpose=(
        "sensitivity: which parameters an output depends on: Morris screening of all, then Sobol indices of those that matter.",
        "Without vary, what was free in the fit of the world is varied over its range.",
    ),
    examples=(
        ("sensitivity", "the fitted parameters, on every headline quantity"),
        ("sensitivity samples=0 trajectories=20", "a screening alone"),
        ("sensitivity outputs=[cpm] vary.brand_trust.gain=[0.05,0.5] vary.brand_trust.loss=[0.1,0.9]", "parameters of your choice"),
        ("sensitivity outputs=[live_gmv] samples=256 keep=0.2 second_order=true", "fewer parameters, more exactly, with interactions"),
    ),
    results=(
        "Results: index.html (the page to read), screening, indices and runs in the form asked for, figures/,",
        "configuration.yaml and manifest.json.",
    ),
    options="experiments.options:SENSITIVITY",
    work="experiments.screening:sensitivity",
)
command, main = APPLICATION.command, APPLICATION.main

if __name__ == "__main__":
    main()
