"""The steps from one schema to the next, run by `trackmend_core.project.migrate`."""
