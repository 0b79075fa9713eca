"""`forecast`: simulate the market many times to 2030, judge the report's predictions by it, write the results.

forecast scenario=strict_regulation members=8
forecast --help
"""

from experiments.application import Application

APPLICATION = Application(
    name="forecast",
    purpose=(
        "forecast: simulate China's live commerce and private domains from 2020 to 2030, many times,",
        "and judge the report's predictions by it.",
    ),
    examples=(
        ("forecast", "the baseline to 2030 in the report's world"),
        ("forecast scenario=strict_regulation world=both", "a story in both worlds"),
        ("forecast members=4 consumers=2000", "a first look in a fraction of the time"),
        ("forecast members=200 precision=0.01", "as many members as it takes for 1%, at most 200"),
        ("forecast parameters.brand_trust.loss=0.3", "another number for the whole time"),
        ("forecast schedule.public_traffic.multiplier.2027-01-01=0.8", "another number from a day on"),
        ("forecast scenario=my_story.yaml out=runs/my_story", "a story of your own, in a folder of your choice"),
        ("forecast --multirun scenario=baseline,traffic_squeeze seed=1,101", "every combination, one after the other"),
        ("forecast engine=dask address=tcp://10.0.0.1:8786 members=512", "on a Dask cluster that you have started"),
        ("forecast profile=true consumers=1000000 end=2020-12-31", "where a week's time and memory go"),
        ("forecast --cfg job", "show the configuration and run nothing"),
    ),
    results=(
        "Results: index.html (the page to read), scorecard.csv, forecast.nc (opens with xarray), runs (headline quantities of the",
        "last year) in the form asked for, figures/, configuration.yaml and manifest.json. They appear whole or not at all.",
    ),
    options="experiments.options:FORECAST",
    work="experiments.work:forecast",
)
command, main = APPLICATION.command, APPLICATION.main

if __name__ == "__main__":
    main()
