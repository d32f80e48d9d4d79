#!/usr/bin/env python3
"""Writes data/published_models.json: published accuracy and year of networks, from a table of torchvision's weights.

The table (argument) has one line per weights of torchvision: model, weights, quantized, acc1, crop_size, arch_year,
arxiv. Of each network the first published weights are taken (IMAGENET1K_V1, in floating point): later recipes change
the accuracy, not the network. Years are those of the first publication (arXiv, or a conference that came first).
"""

import csv
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with open(sys.argv[1], encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["weights"] == "IMAGENET1K_V1" and row["quantized"] == "0"]
    lines = []
    for row in sorted(rows, key=lambda row: row["model"]):
        fact = {"model": row["model"], "year": int(row["arch_year"]), "top1_percent": float(row["acc1"])}
        fact |= {"image_size": int(row["crop_size"]), "arxiv": row["arxiv"]}
        lines.append("  " + json.dumps(fact))
    head = {
        "schema": "wattlens.published_models/1",
        "accuracy": "ImageNet-1k top-1 of the weights IMAGENET1K_V1, single crop, as torchvision publishes it",
        "year": "first publication: arXiv, or the conference where that came first",
        "source": "torchvision, torchvision/models (metadata of the weights)",
        "url": "https://github.com/pytorch/vision",
        "licence": "BSD-3-Clause",
    }
    fields = "".join(f" {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items())
    text = "{\n" + fields + ' "models": [\n' + ",\n".join(lines) + "\n ]\n}\n"
    (ROOT / "data/published_models.json").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
