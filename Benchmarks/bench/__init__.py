"""`make bench`: what amtguard promises, measured beside what people use today, and written to Benchmarks/RESULTS.md."""
