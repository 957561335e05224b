#!/usr/bin/env python3
"""validate.py DOCS LINES: judges JSON by the schemas in DOCS, with a validator that is not ours.

Each line of the file LINES is the name of a schema, a tab, and a JSON text. Prints what is wrong.
"""
import json
import pathlib
import sys

import jsonschema

docs = pathlib.Path(sys.argv[1])
schemas = {path.name: json.loads(path.read_text()) for path in docs.glob("*.schema.json")}
validators = {}
for name, schema in schemas.items():
    jsonschema.Draft202012Validator.check_schema(schema)
    scoped = jsonschema.RefResolver(name, schema, store=schemas)
    validators[name] = jsonschema.Draft202012Validator(schema, resolver=scoped)

count = 0
for number, line in enumerate(pathlib.Path(sys.argv[2]).read_text().splitlines(), 1):
    name, text = line.split("\t", 1)
    count += 1
    for error in validators[name].iter_errors(json.loads(text)):
        print(f"{number}: {name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
print(f"{count} judged")
