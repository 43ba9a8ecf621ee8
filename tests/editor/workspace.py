"""The folder that the clients open: a source with violations, and a configuration by which it has them."""

from __future__ import annotations

from pathlib import Path

CONFIGURATION = """\
languages:
  - name: python
    metrics:
      - {type: cyclomatic_complexity, threshold: 5, comparison: "<="}
      - {type: cognitive_complexity, threshold: 5, comparison: "<="}
      - {type: maintainability_index, threshold: 90, comparison: ">="}
      - {type: halstead_volume, threshold: 50, comparison: "<="}
      - {type: weighted_methods_per_class, threshold: 6, comparison: "<="}
"""

#: Every function and class has a name of its own, so that a name says which is meant.
SOURCE = '''\
"""A shop that ships what is paid for."""


def shipping_cost(parcels, country, express):
    cost = 0
    for parcel in parcels:
        if parcel.weight > 20:
            if country == "FR":
                cost += 12
            elif country == "DE":
                cost += 14
            else:
                cost += 30
        elif parcel.weight > 5 and express:
            cost += 9
    return cost


def greet(name):
    return f"Hello, {name}"


class Basket:
    """What a customer is about to buy."""

    def __init__(self, items):
        self.items = items

    @property
    def total(self):
        total = 0
        for item in self.items:
            if item.free:
                continue
            while item.bundled:
                if item.broken:
                    break
                item = item.bundle
            if item.discount:
                total -= item.discount
            total += item.price
        return total
'''


def make(parent: Path) -> Path:
    """Makes the folder below another."""
    folder = parent / "shop"
    folder.mkdir()
    (folder / ".antipasta.yaml").write_text(CONFIGURATION, encoding="utf-8")
    (folder / "shop.py").write_text(SOURCE, encoding="utf-8")
    return folder
