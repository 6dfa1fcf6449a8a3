"""A pytest plugin for runs of which only the exit code is read: no shrinking, always the same."""

from hypothesis import Phase, settings

settings.register_profile(
    "hasty", phases=[Phase.explicit, Phase.generate], derandomize=True, database=None
)
settings.load_profile("hasty")
