#!/usr/bin/python3
"""Writes docs/reference/schema.md from the store's schema and its documentation.

Fails when a column has no documentation, or a documented one does not exist. With --check nothing is written: the
exit status says whether the page is up to date.
"""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "src/store/weft.ovsschema"
DOCS = ROOT / "src/store/schema_docs.json"
PAGE = ROOT / "docs/reference/schema.md"


def base_type(base):
    """One atom's type, e.g. 'string, one of vxlan, geneve'."""
    if isinstance(base, str):
        return base
    if "refTable" in base:
        return f"reference to {base['refTable']}"
    text = base["type"]
    if "enum" in base:
        text += ", one of " + ", ".join(str(value) for value in base["enum"][1])
    if "minInteger" in base:
        text += f", {base['minInteger']} to {base['maxInteger']}"
    return text


def column_type(column):
    kind = column["type"]
    if isinstance(kind, str):
        return kind
    text = base_type(kind["key"])
    if kind.get("max") == "unlimited":
        return f"set of {text}"
    return f"optional {text}" if kind.get("min", 1) == 0 else text


def problems(tables, docs):
    """What is undocumented, and what is documented but absent."""
    common = docs.get("*", {})
    for table, content in tables.items():
        described = docs.get(table, {})
        if "" not in described:
            yield f"table {table} has no documentation"
        for column in content["columns"]:
            if column not in described and column not in common:
                yield f"column {table}.{column} has no documentation"
        for column in described:
            if column and column not in content["columns"]:
                yield f"column {table}.{column} is documented but does not exist"
    for table in docs:
        if table != "*" and table not in tables:
            yield f"table {table} is documented but does not exist"


def page(schema, docs):
    lines = [
        "# The store, column by column",
        "",
        "Made by docs/generate_schema.py from src/store/weft.ovsschema and src/store/schema_docs.json: edit those.",
        "",
        f"Database `{schema['name']}`, version {schema['version']}. A row's UUID is the API object's id.",
    ]
    for table, content in schema["tables"].items():
        described = {**docs["*"], **docs[table]}
        lines += ["", f"## {table}", "", docs[table][""], ""]
        for index in content.get("indexes", []):
            lines += [f"Unique: {', '.join(f'`{column}`' for column in index)}.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        for name, column in content["columns"].items():
            lines.append(f"| `{name}` | {column_type(column)} | {described[name]} |")
    return "\n".join(lines) + "\n"


def main():
    schema = json.loads(SCHEMA.read_text())
    docs = json.loads(DOCS.read_text())
    found = list(problems(schema["tables"], docs))
    if found:
        sys.exit("\n".join(found))
    text = page(schema, docs)
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text() != text:
            sys.exit(f"{PAGE.relative_to(ROOT)} is out of date: run docs/generate_schema.py")
        return
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
