"""The life of deliveries under a scheduler with a seed: workers that crash, clocks that step, against the real store."""
