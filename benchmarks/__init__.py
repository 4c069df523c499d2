"""Measurements of ganlab side by side with its peers: see benchmarks/README.md."""
