"""`make bench`: the engine, deliveries, and who is told, one after the other.

python -m tests.bench [--deliveries N] [--subscribers N]; each is a program of its own too: tests.bench.engine.
"""

from __future__ import annotations

import argparse

from tests.bench import delivery, engine, policy


def main() -> None:
    """Run every measurement once; about four minutes, most of it for the subscribers."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="speeds, as ratios to a raw loop")
    parser.add_argument("--deliveries", type=int, default=delivery.DELIVERIES, metavar="N")
    parser.add_argument("--subscribers", type=int, default=policy.SUBSCRIBERS, metavar="N")
    given = parser.parse_args()
    engine.main()
    delivery.main(given.deliveries)
    policy.main(given.subscribers)


if __name__ == "__main__":
    main()
