#!/usr/bin/env python3
"""Write a synthetic sweep as a folder of 224 files, one per level: CSV records, or results of `vllm bench serve`.

    make_levels.py ROWS FOLDER [--format csv|vllm] [--seed S] [--only N]

The requests are those of make_records.py: 7 context lengths x 32 concurrencies (1 to 512). A result of vLLM's lists every gap
between two tokens (`--save-detailed`), as its client writes it. `--only N` writes the Nth level alone, so that another seed gives
a rerun of one level. The same arguments give the same bytes. Needs numpy only.
"""
import argparse
import json
import pathlib

import numpy as np

from make_records import CONTEXTS, ERRORS, HEADER, MANY, START, cell, csv_rows


def vllm(context, concurrency, cols, seed):
    """A result of one level, with the keys of vLLM 0.11."""
    start, _, _, ttft, e2e, inp, out, itl, err = (c.tolist() for c in cols)
    noise = np.random.default_rng([seed, context, concurrency])
    gaps = [[] if not n else np.round(gap / 1e3 * noise.lognormal(0, 0.1, n - 1), 9).tolist() for n, gap in zip(out, itl)]
    e2e = [t + 1e3 * sum(g) if g else e for t, g, e in zip(ttft, gaps, e2e)]
    good = [at for at, error in enumerate(err) if not error]
    duration = max(s + e / 1e3 for s, e in zip(start, e2e)) - min(start)
    tokens = sum(out)
    pick = lambda values: [values[at] for at in good]
    stats = lambda name, values: {f"mean_{name}_ms": float(np.mean(values)), f"median_{name}_ms": float(np.median(values)),
                                  f"std_{name}_ms": float(np.std(values)), f"p99_{name}_ms": float(np.percentile(values, 99))}
    tpot = [(e - t) / (n - 1) for e, t, n in zip(pick(e2e), pick(ttft), pick(out))]
    return {"date": "20260101-000000", "endpoint_type": "openai", "model_id": "example/model", "tokenizer_id": "example/model",
            "num_prompts": len(start), "request_rate": "inf", "burstiness": 1.0, "max_concurrency": concurrency,
            "random_input_len": context, "duration": duration, "completed": len(good), "failed": len(start) - len(good),
            "total_input_tokens": sum(pick(inp)), "total_output_tokens": tokens, "request_throughput": len(good) / duration,
            "output_throughput": tokens / duration, "input_lens": inp, "output_lens": out,
            "ttfts": [t / 1e3 if not e else 0.0 for t, e in zip(ttft, err)], "itls": gaps, "start_times": start,
            "generated_texts": ["" for _ in start], "errors": [["", *ERRORS][e] for e in err],
            **stats("ttft", pick(ttft)), **stats("tpot", tpot), **stats("e2el", pick(e2e))}


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("rows", type=int)
    ap.add_argument("folder", type=pathlib.Path)
    ap.add_argument("--format", choices=("csv", "vllm"), default="csv")
    ap.add_argument("--seed", type=int, default=20)
    ap.add_argument("--only", type=int)
    a = ap.parse_args()
    a.folder.mkdir(parents=True, exist_ok=True)
    levels = [(x, c) for x in CONTEXTS for c in MANY]
    done, t0 = 0, 1000.0
    for number, (context, concurrency) in enumerate(levels):
        n = a.rows // len(levels) + (number < a.rows % len(levels))
        cols, t0 = cell(np.random.default_rng([a.seed, number]), n, context, concurrency, t0)
        done += n
        if n == 0 or a.only not in (None, number):
            continue
        stem = a.folder / f"context-{context:06d}-concurrency-{concurrency:03d}"
        if a.format == "csv":
            rows = csv_rows(context, concurrency, done - n, [c.tolist() for c in cols])
            stem.with_suffix(".csv").write_text(HEADER + "".join(rows))
        else:
            stem.with_suffix(".json").write_text(json.dumps(vllm(context, concurrency, cols, a.seed)))


if __name__ == "__main__":
    main()
