"""Lint the deployment files: `python -m tests.lint_deploy`, a part of `make check`.

hadolint reads the Dockerfile, compose-spec reads the compose file, and what neither can know (that the broker keeps
what it is given, that no password is written down, …) is checked here. The first violation is told in one sentence.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from compose_spec import PyCompose

ROOT = Path(__file__).resolve().parent.parent
ROLES = {"web", "worker", "scheduler"}
OWN = ROLES | {"migrate"}
UID = 10001
OLDEST_REDIS = (8, 2, 2)  # the first with the fix for CVE-2025-49844
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|_URL$")
VARIABLE = re.compile(r"\$\{(\w+)(:[-?])?([^}]*)\}")

Service = Mapping[str, Any]


def hadolint(path: Path) -> Iterator[str]:
    """What hadolint says of a Dockerfile, a line each."""
    program = Path(sys.executable).parent / "hadolint"
    result = subprocess.run([program, "--no-color", path], capture_output=True, text=True, check=False)
    yield from (result.stdout + result.stderr).splitlines()
    if result.returncode and not result.stdout + result.stderr:
        yield f"hadolint ended with {result.returncode} and said nothing"


def dockerfile(text: str) -> Iterator[str]:
    """The project's own rules for the image."""
    whole = text.replace("\\\n", " ").splitlines()
    lines = [line.strip() for line in whole if line.strip() and not line.startswith("#")]
    said = [line.partition(" ") for line in lines]
    for image in (rest for word, _, rest in said if word == "FROM"):
        if not re.match(r"[^:\s]+:[^:\s]*\d", image):
            yield f"Dockerfile: FROM {image} names no version"
    users = [rest for word, _, rest in said if word == "USER"]
    if users[-1:] != [f"{UID}:{UID}"]:
        yield f"Dockerfile: the last USER has to be {UID}:{UID}, not root and not a name that a cluster cannot check"
    if ("ENTRYPOINT", " ", '["deltawire"]') not in said:
        yield 'Dockerfile: ENTRYPOINT has to be ["deltawire"], so that the command is the role'
    if any(word == "HEALTHCHECK" for word, _, _ in said):
        yield "Dockerfile: HEALTHCHECK belongs to each role, in compose.yaml"
    for line in lines:
        if "pip install" in line and not ("--require-hashes" in line or "--no-index" in line):
            yield f"Dockerfile: installs without hashes: {line}"
        if re.search(r"https?://|--index-url|--trusted-host", line):
            yield f"Dockerfile: names an address: {line}"


def compose_spec(data: Mapping[str, Any]) -> Iterator[str]:
    """Whether the file, its merges and variables resolved, is valid by the Compose Specification."""
    resolved = VARIABLE.sub(lambda found: found[3] if found[2] == ":-" else "set", json.dumps(data))
    try:
        PyCompose.from_json(resolved).validate()
    except ValueError as error:
        yield f"compose.yaml: {error}"


def compose(data: Mapping[str, Any], env_example: str) -> Iterator[str]:
    """The project's own rules for the services together."""
    services: Mapping[str, Service] = data["services"]
    for missing in sorted((OWN | {"postgres", "redis"}) - services.keys()):
        yield f"compose.yaml: there is no service {missing}"
        return
    for name, service in services.items():
        yield from _any_service(name, service)
    for name in sorted(OWN):
        yield from _own_service(name, services[name])
    yield from _redis(services["redis"])
    if "REMAP_SIGTERM" in services["worker"].get("environment", {}):
        yield "compose.yaml: REMAP_SIGTERM is set: a worker would cut its tasks off at once when it is stopped"
    known = set(re.findall(r"^#? ?(\w+)=", env_example, re.MULTILINE))
    for variable, how, _ in VARIABLE.findall(json.dumps(data)):
        if how != ":-" and variable not in known:
            yield f"compose.yaml: {variable} is asked for, and env.example does not have it"


def _any_service(name: str, service: Service) -> Iterator[str]:
    if name in ("postgres", "redis") and (service.get("ports") or "outside" in service.get("networks", ["outside"])):
        yield f"compose.yaml: {name} can be reached from outside"
    if name != "migrate" and not service.get("healthcheck", {}).get("test"):
        yield f"compose.yaml: {name} has no health check"
    for key, value in service.get("environment", {}).items():
        if SECRET.search(key) and "://" not in str(value) and not str(value).startswith("${"):
            yield f"compose.yaml: {name} has {key} written down"
        if re.search(r"://[^/@]*:[^$/@][^/@]*@", str(value)):
            yield f"compose.yaml: {name} has a password written into {key}"


def _own_service(name: str, service: Service) -> Iterator[str]:
    if service.get("command") != (["db", "upgrade"] if name == "migrate" else [name]):
        yield f"compose.yaml: {name} runs {service.get('command')}"
    if service.get("env_file") != ".env":
        yield f"compose.yaml: {name} does not take its secrets from the env file"
    if not re.fullmatch(r"[2-9]\ds|\d{3,}s|\d+m", service.get("stop_grace_period", "10s")):
        yield f"compose.yaml: {name} is given less than 20 s to stop"
    before = service.get("depends_on", {})
    if name == "migrate":
        if before.get("postgres", {}).get("condition") != "service_healthy":
            yield "compose.yaml: migrate does not wait for postgres"
    elif before.get("migrate", {}).get("condition") != "service_completed_successfully":
        yield f"compose.yaml: {name} does not wait for migrate to succeed"
    for port in service.get("ports", []):
        if not str(port).startswith("127.0.0.1:"):
            yield f"compose.yaml: {name} publishes {port} to every network"


def _redis(service: Service) -> Iterator[str]:
    image, command = service["image"], " ".join(service.get("command", []))
    version = tuple(map(int, re.findall(r"\d+", image.partition(":")[2])[:3]))
    if len(version) < 3 or version < OLDEST_REDIS:
        yield f"compose.yaml: {image} may be older than 8.2.2, which has the fix for CVE-2025-49844"
    if "--appendonly yes" not in command:
        yield "compose.yaml: redis has to run with --appendonly yes, or a restart forgets the queues"
    if "--maxmemory-policy noeviction" not in command:
        yield "compose.yaml: redis has to run with --maxmemory-policy noeviction, or it throws messages away"


def requirements(name: str, text: str) -> Iterator[str]:
    """A lock file: every package pinned with hashes, and no address of an index."""
    for line in text.splitlines():
        if re.search(r"https?://|--index-url|--extra-index-url|--trusted-host", line):
            yield f"{name}: names an address: {line.strip()}"
        if re.match(r"[\w.-]+(\[.*?\])?\s*==", line) and not line.rstrip().endswith("\\"):
            yield f"{name}: no hash for {line.strip()}"


def dockerignore(text: str) -> Iterator[str]:
    """Data, settings and history stay out of the image: everything does, but what is named."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    if lines[:1] != ["*"]:
        yield ".dockerignore: has to begin with *, so that only what is named gets in"
    for line in lines:
        if re.match(r"!/?(\.|var|deploy|tests|\*)", line):
            yield f".dockerignore: {line} lets in what does not belong in an image"


def violations(root: Path = ROOT) -> Iterator[str]:
    """Every violation in the deployment files below `root`, in the order in which they are read."""
    deploy = root / "deploy"
    yield from hadolint(deploy / "Dockerfile")
    yield from dockerfile((deploy / "Dockerfile").read_text("utf-8"))
    yield from dockerignore((root / ".dockerignore").read_text("utf-8"))
    data = yaml.safe_load((deploy / "compose.yaml").read_text("utf-8"))
    yield from compose_spec(data)
    yield from compose(data, (deploy / "env.example").read_text("utf-8"))
    for lock in ("runtime.txt", "dev.txt"):
        yield from requirements(f"requirements/{lock}", (root / "requirements" / lock).read_text("utf-8"))


def main() -> int:
    """0, or 1 with the first violation on stderr."""
    first = next(violations(), None)
    if first:
        sys.stderr.write(first + "\n")
    return 1 if first else 0


if __name__ == "__main__":
    sys.exit(main())
