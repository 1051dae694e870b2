"""A result as a person reads it."""

from __future__ import annotations

from typing import Any


def render(result: dict[str, Any]) -> str:
    """The tables of one result."""
    machine = result["machine"]
    lines = [
        f"{result['commit']}, {result['measured_at']}; load by {result['load_generator']}",
        f"{machine['cores']} cores of {machine['processor']}, Python {machine['python']}, Linux {machine['kernel']}",
        "",
        f"{'c':>3}  {'server':<20} {'requests/s':>10} {'ratio':>7} {'p50 ms':>8} {'p99 ms':>8} {'CPU us/request':>16}",
    ]
    for connections, servers in result["throughput"].items():
        for name, row in servers.items():
            share = result["ratios"][connections].get(name)
            ratio = f"{share:.2f}" if share is not None else ""
            cpu = f"{row['gateway_cpu_us']:.0f}"
            if name.startswith("gatelet"):
                cpu += f" + {row['workers_cpu_us']:.0f}"
            lines.append(
                f"{connections:>3}  {name:<20} {row['requests_per_second']:>10,.0f} {ratio:>7} "
                f"{row['p50_ms']:>8.3f} {row['p99_ms']:>8.3f} {cpu:>16}"
            )
    lines.append(
        "ratio: Gatelet's throughput to that server's (median of the rounds); CPU of Gatelet: gateway + workers"
    )
    lines.extend(f"{name}: {why}" for name, why in result["not_measured"].items())
    lines.append("")
    lines.extend(_others(result))
    return "\n".join(lines)


def _others(result: dict[str, Any]) -> list[str]:
    new, starting, memory = result["new_environment"], result["starting"], result["memory"]
    init = f"{new['init_ms']:.1f} ms (Init Duration), median of {new['functions']} functions"
    first = f"{new['first_invoke_ms']:.1f} ms (p90 {new['first_invoke_p90_ms']:.1f})"
    idle = ", ".join(f"{name} {_mib(memory[f'{name}_mib'])}" for name in ("total", "gateway", "launchers"))
    return [
        f"new environment       {init}",
        *_from_template(result.get("from_template")),
        f"first invocation      {first}; the next {new['next_invoke_ms']:.1f} ms",
        f"`up` to the first 200 {starting['cold_seconds']:.2f} s cold, {starting['warm_seconds']:.2f} s warm",
        *_at_rest(result.get("idle_functions")),
        f"idle PSS              {idle}, {memory['workers']} worker(s) of {_mib(memory['worker_mib'])}",
    ]


def _from_template(row: dict[str, Any] | None) -> list[str]:
    if row is None:
        return []  # a result from before there were templates
    init = (
        f"{row['init_ms']:.1f} ms (p90 {row['init_p90_ms']:.1f}), {row['environments']} with a boto3 client at import"
    )
    build = f"{row['build_above_import_ms']:.0f} ms beyond the import's {row['import_ms']:.0f} ms"
    return [
        f"from a template       {init}",
        f"building it           {build}; an idle worker {_mib(row['idle_worker_mib'])}",
    ]


def _at_rest(row: dict[str, Any] | None) -> list[str]:
    if row is None:
        return []  # a result from before it was measured
    words = f"{row['workers']} workers of {_mib(row['worker_mib'])}, {row['cpu_ms_a_second']:.1f} ms of CPU a second"
    return [f"{row['functions']} functions at rest {words}"]


def _mib(size: float | None) -> str:
    return "not readable" if size is None else f"{size:.1f} MiB"
