"""The parts of the benchmark, in the order in which they are measured and reported."""

from bench import boots, footprint, growth, latency, losses, pace, translated

ALL = {
    "latency": latency.measure,
    "losses": losses.measure,
    "translated": translated.measure,
    "footprint": footprint.measure,
    "pace": pace.measure,
    "growth": growth.measure,
    "booted": boots.measure,
}
# Two more have a file among the results, from other targets of the Makefile.
ORDER = [*ALL, "torture", "mutants", "fuzz"]
