"""All benches one after the other, then one table of what is bounded: `python -m bench [NAME…]`.

Each bench is a program of its own with its own server and its own empty folder; `NAME` chooses among them, or
says `pages`, which fills gigabytes before it measures and is run by name alone. A line that ends in `ratio 0.51 met`
(see `bounds`) goes into the table. It measures and tells, it never fails: what a ratio means depends on the machine and
on what else it does.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = (
    "checks",
    "model_calls",
    "engine",
    "http",
    "click",
    "sockets",
    "stored",
    "canvas",
    "problems",
    "judgement",
    "gates",
    "gates_world",
    "familiar",
    "backtest",
)
BOUNDED = re.compile(r"ratio [0-9.]+ (met|NOT MET)")


def told(name: str) -> list[str]:
    """Run a bench, show what it prints, and give its lines with a bound."""
    lines = []
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", f"bench.{name}"]
        environment = {**os.environ, "DATA": data}
        with subprocess.Popen(command, cwd=HERE.parent, env=environment, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout or ():
                print(line, end="", flush=True)
                lines.append(line.rstrip())
    failed = [f"{name} ended with code {process.returncode}: NOT MET"] if process.returncode else []
    return [line for line in lines if BOUNDED.search(line)] + failed


def main() -> None:
    """Measure and print."""
    table = []
    for name in sys.argv[1:] or PROGRAMS:
        title = (ast.get_docstring(ast.parse((HERE / f"{name}.py").read_text())) or "").partition("\n")[0]
        print(f"\n== {name}: {title}", flush=True)
        table += told(name)
    missed = sum("NOT MET" in line for line in table)
    print("\n== all bounds", *table, f"{len(table) - missed} of {len(table)} met", sep="\n")


if __name__ == "__main__":
    main()
