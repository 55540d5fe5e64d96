"""The work of tests/warehouse: the same records as a report of records and as reports of cells from two engines.

    warehouse.py GRISTMILL WORK
"""
import csv
import json
import math
import random
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATEMENT = (ROOT / "examples/sql/cells.sql").read_text()
TOLERANCE = 1e-9
COLUMNS = {
    "scenario": "string", "context_tokens": "bigint", "concurrency": "bigint", "request_rate": "double",
    "start_s": "decimal(24,12)", "e2e_ms": "double", "ttft_ms": "double", "queue_ms": "double", "prefill_ms": "double",
    "itl_ms": "double", "output_chunks": "bigint", "input_tokens": "bigint", "output_tokens": "bigint",
    "success": "boolean", "error": "string", "warmup": "boolean", "run": "string",
}
# What tells of files rather than of figures, and the one thing that cells from SQL do not hold: why requests failed.
NO_FIGURES = {"files", "sources", "warnings", "unknown_columns", "skipped", "failures"}
# Doubles of deviations lose digits where a mean is large beside them.
SMALL = 1e-12


def bundled(folder):
    """A bundled run, without its power log: what a warehouse holds of power Gristmill is told otherwise."""
    source = ROOT / "fixtures/runs/qwen3-coder-next-fp8-1x-h200-sxm"
    for name in ("records.csv", "gristmill.toml"):
        (folder / name).write_bytes((source / name).read_bytes())


def generated(folder):
    """What the benchmarks read: failures, long tails, quoted errors; every percentile has the values it needs."""
    script = ROOT / "benches/make_records.py"
    subprocess.run([sys.executable, script, "60000", folder / "records", "--formats", "csv"], check=True)


def awkward(folder, rate=False, prefill=True):
    """Repeats, warm-up, failures of several kinds, missing values, quoted text, own scenarios; or request rates."""
    chance = random.Random(7)
    header = [name for name in COLUMNS if name != ("concurrency" if rate else "request_rate")]
    rows, clock = [], 1_770_377_845.25
    levels = [0.5, 1.5, 3.25, 6.0] if rate else [1, 2, 5, 10, 30]
    scenarios = [("", 1024), ("sweep", 32768), ("general-chatbot", 32768), ("own, with \"quotes\"", 100)]
    for scenario, context in scenarios:
        for level in levels:
            for run in ("1", "2", "3") if level != levels[1] else ("",):
                for number in range(chance.randint(30, 260)):
                    rows.append(row(chance, header, scenario, context, level, run, number, clock, prefill))
                    clock += chance.expovariate(2.0)
                clock += 1000
    # A level whose requests all failed, and one of warm-up alone.
    for level, more in ((levels[-1] * 3, {"success": "false"}), (levels[-1] * 4, {"warmup": "true"})):
        for number in range(5):
            values = row(chance, header, "sweep", 32768, level, "", 9, clock, prefill)
            rows.append({**values, "warmup": "false", **more})
    chance.shuffle(rows)
    with open(folder / "records.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)


LOAD_TEST = {
    "prompt_bucket": "bigint", "users": "bigint", "sent_us": "bigint", "latency_ms": "double", "first_token_ms": "double",
    "prompt_tokens": "bigint", "completion_tokens": "bigint", "status": "bigint", "test_id": "string", "test": "string",
}


def load_test(folder):
    """A table of other columns, and the same as records: the view of docs/warehouse.md makes the one of the other."""
    chance = random.Random(11)
    names = ("context_tokens", "concurrency", "start_s", "ttft_ms", "e2e_ms", "input_tokens", "output_tokens", "success", "run")
    rows = []
    for number in range(2000):
        level, clock = chance.choice([1, 4, 16]), 1_770_377_845_000_000 + number * 250_123
        values = row(chance, list(COLUMNS), "", 8192, level, chance.choice("123"), 9, clock / 1e6, False)
        good = chance.random() < 0.95
        for name in ("e2e_ms", "ttft_ms", "input_tokens", "output_tokens"):
            values[name] = values[name] or 900
        values["ttft_ms"] = min(values["ttft_ms"], values["e2e_ms"])
        rows.append({
            **values, "start_s": f"{clock // 1_000_000}.{clock % 1_000_000:06d}", "success": str(good).lower(),
            "prompt_bucket": 8192, "users": level, "sent_us": clock, "latency_ms": values["e2e_ms"],
            "first_token_ms": values["ttft_ms"], "prompt_tokens": values["input_tokens"],
            "completion_tokens": values["output_tokens"], "status": 200 if good else 503, "test_id": values["run"],
            "test": "2026-02-06",
        })
    rows.append({**rows[0], "success": "", "test": "2026-02-05"})
    for name, columns, chosen in (("records.csv", names, rows[:-1]), ("../load_test.csv", list(LOAD_TEST), rows)):
        with open(folder / name, "w", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(chosen)


def row(chance, header, scenario, context, level, run, number, clock, prefill):
    """One request."""
    tokens = chance.choice([1, 2, 17, 256, 1024])
    ttft = context / 10 * chance.lognormvariate(0, 0.3) * (1 + level / 8)
    e2e = ttft + (tokens - 1) * 7 * chance.lognormvariate(0, 0.2) * (1 + level / 30)
    values = {
        "scenario": scenario, "context_tokens": context, "concurrency": level, "request_rate": level,
        "start_s": f"{clock:.6f}", "e2e_ms": round(e2e, 4), "ttft_ms": round(ttft, 4),
        "queue_ms": round(ttft * chance.random() / 2, 4), "prefill_ms": round(ttft * 0.4, 4) if prefill else "",
        "itl_ms": round(7 * chance.lognormvariate(0, 0.2), 4), "output_chunks": max(1, tokens // 2),
        "input_tokens": round(context * chance.uniform(0.95, 1.05)), "output_tokens": tokens,
        "success": "true", "error": "", "warmup": "true" if number < 3 else "false", "run": run,
    }
    kind = chance.random()
    if kind < 0.02:
        values.update(success="false", error='said "no", twice', ttft_ms="", output_tokens=0)
    elif kind < 0.04:
        values.update(success="", error="timeout", e2e_ms="", ttft_ms="", input_tokens="", output_tokens="")
    elif kind < 0.06:
        values.update(success="", error="")
    elif kind < 0.10:
        values.update(ttft_ms="", itl_ms="", prefill_ms="", queue_ms="", output_chunks="")
    return {name: values[name] for name in header}


def present(path):
    with open(path, newline="") as file:
        return next(csv.reader(file))


def source(records):
    """The table that cells are computed from, its name and columns, and the view `records` over it."""
    table = records.parent.parent / "load_test.csv"
    if table.exists():
        page = (ROOT / "docs/warehouse.md").read_text()
        return table, "load_test", LOAD_TEST, page.split("```sql\n")[1].split("```")[0]
    names = present(records)
    own = [f"cast({name if name in names else 'null'} as {kind}) as {name}" for name, kind in COLUMNS.items()]
    view = f"create temporary view records as select {', '.join(own)} from raw"
    return records, "raw", {name: COLUMNS.get(name, "string") for name in names}, view


def duckdb_cells(records, run):
    import duckdb

    file, name, kinds, view = source(records)
    base = duckdb.connect()
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in kinds.items())
    options = f"header = true, columns = {{{columns}}}, quote = '\"', escape = '\"'"
    base.execute(f"create view {name} as select * from read_csv('{file}', {options})")
    base.execute(view)
    run.mkdir()
    base.execute(f"copy ({STATEMENT}) to '{run / 'cells.csv'}' (header)")


def spark_cells(session, records, run):
    """As Spark writes them: a folder of parts, each with a header."""
    file, name, kinds, view = source(records)
    schema = ", ".join(f"`{column}` {kind}" for column, kind in kinds.items())
    session.read.csv(str(file), schema=schema, header=True, quote='"', escape='"').createOrReplaceTempView(name)
    session.catalog.dropTempView("records")
    session.sql(view)
    session.sql(STATEMENT).write.csv(str(run), header=True, quote='"', escape='"')


def report(program, run, out):
    """`report.json` of a run."""
    told = subprocess.run(
        [program, "--quiet", "report", str(run), "-o", str(out), "--format", "json,csv"], capture_output=True, text=True
    )
    if told.returncode:
        sys.exit(f"{run}: {told.stdout}{told.stderr}")
    return json.loads((out / "report.json").read_text())


class Comparison:
    """How many numbers were compared, how far apart they lie, and what is not equal."""

    def __init__(self):
        self.numbers, self.furthest, self.unequal = 0, 0.0, []

    def compare(self, path, a, b):
        if isinstance(a, dict) and isinstance(b, dict):
            for key in sorted((a.keys() | b.keys()) - NO_FIGURES):
                self.compare(f"{path}.{key}", a.get(key), b.get(key))
        elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
            # SQL sorts the means of runs by value.
            a, b = (sorted(a), sorted(b)) if path.endswith(".run_means") else (a, b)
            for at, pair in enumerate(zip(a, b)):
                self.compare(f"{path}[{at}]", *pair)
        elif all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (a, b)):
            self.numbers += 1
            apart = abs(a - b) / max(abs(a), abs(b)) if a != b else 0.0
            if abs(a - b) > SMALL:
                self.furthest = max(self.furthest, apart)
            if not math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=SMALL):
                self.unequal.append(f"{path}: {a!r} and {b!r}")
        elif a != b:
            self.unequal.append(f"{path}: {a!r} and {b!r}")


def main():
    program, work = sys.argv[1], Path(sys.argv[2])
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]").appName("gristmill").config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false").config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.session.timeZone", "UTC").getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    java = session.sparkContext._jvm.System.getProperty("java.version")
    print(f"DuckDB {version('duckdb')}, Spark {session.version} (Java {java}), Python {sys.version.split()[0]}")
    engines = {"DuckDB": duckdb_cells, "Spark": lambda records, run: spark_cells(session, records, run)}
    cases = {
        "a bundled run": bundled,
        "the records of the benchmarks": generated,
        "repeats, warm-up, failures": awkward,
        "the same without prefill times": lambda folder: awkward(folder, prefill=False),
        "the same at request rates": lambda folder: awkward(folder, rate=True),
        "another table through the view of the page": load_test,
    }
    failed, repeated, intervals = False, False, 0
    for number, (name, make) in enumerate(cases.items()):
        folder = work / str(number)
        (folder / "records").mkdir(parents=True)
        make(folder / "records")
        configuration = folder / "records/gristmill.toml"
        if not configuration.exists():
            # Failures bind no limit, so that one is set by means of three runs each and has its interval from them.
            configuration.write_text('title = "A warehouse"\n[capacity]\nmax_failure_rate = 0.5\n')
        expected = report(program, folder / "records", folder / "report")
        found = [capacity for capacity in expected["capacity"] if capacity["crossing_interval"]]
        intervals += len(found)
        repeated = repeated or (bool(found) and any(cell["runs"] > 2 for cell in expected["cells"]))
        for engine, cells in engines.items():
            run = folder / engine
            cells(folder / "records/records.csv", run)
            (run / "gristmill.toml").write_bytes(configuration.read_bytes())
            found = report(program, run, folder / f"{engine}-report")
            comparison = Comparison()
            comparison.compare("", expected, found)
            verdict = "differ" if comparison.unequal else "equal"
            print(
                f"{name}, {engine}: {len(found['cells'])} cells, {comparison.numbers} numbers {verdict},"
                f" furthest apart {comparison.furthest:.1e}"
            )
            for line in comparison.unequal[:20]:
                print(f"    {line}")
            failed = failed or bool(comparison.unequal) or comparison.numbers < 100
    session.stop()
    print(f"{intervals} limits with an interval, {'some' if repeated else 'none'} of them from several runs")
    failed = failed or not repeated
    sys.exit(1 if failed else 0)


main()
