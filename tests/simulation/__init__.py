"""The life of deliveries under a scheduler with a seed: workers crash, clocks step, and the store is the real one."""
