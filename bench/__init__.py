"""One file per claim about speed or accuracy, each measured beside what it is compared to, in one run."""
