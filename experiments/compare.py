"""`compare`: what one scenario changes against another, run by run with the same parameters and the same chance.

compare scenarios=[baseline,strict_regulation]
compare --help
"""

from experiments.application import Application

APPLICATION = Application(
    name="compare",
    purpose=(
        "compare: what scenarios change against the first of them, run by run with the same parameters and the same chance;",
        "which of the differences are resolved, and who prefers which scenario.",
    ),
    examples=(
        ("compare scenarios=[baseline,strict_regulation]", "one against the other"),
        ("compare scenarios=[baseline,traffic_squeeze,private_domain_push] members=64", "two against the first, more members"),
        ("compare scenarios=[baseline,my_story.yaml] year=2027", "a story of your own, in a year of your choice"),
        ("compare scenarios=[baseline,strict_regulation] members=16 paired=8", "with the predictions that need paired runs"),
        ("compare scenarios=[baseline,strict_regulation] objectives=mine.yaml", "ranked by what you say people want"),
    ),
    results=(
        "Results: index.html (the page to read), effects, predictions, ranking and runs in the form asked for, figures/,",
        "configuration.yaml and manifest.json.",
    ),
    options="experiments.options:COMPARE",
    work="experiments.comparing:compare",
)
command, main = APPLICATION.command, APPLICATION.main

if __name__ == "__main__":
    main()
