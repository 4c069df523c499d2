"""What the notebooks need to teach: exercises, widgets, bands, and the catalog of failures.

It stands beside the package `ganlab`, imports it, and is never imported by it.
"""
