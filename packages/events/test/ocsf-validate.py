"""Validates OCSF 1.8 objects, one JSON a line on standard input, against the schemas that ocsf-json-schema makes.

Prints a line per problem (deprecated attributes and captions that are not the schema's are problems too), then
"N checked". The schema's data stays in the package.
"""

import json
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

raw = get_ocsf_schema(version="1.8.0")
schemas = OcsfJsonSchemaEmbedded(raw)
validators = {}


def validator(class_uid, profiles):
    key = (class_uid, tuple(profiles))
    if key not in validators:
        name = schemas.lookup_class_name_from_uid(class_uid)
        schema = schemas.get_class_schema(class_name=name, profiles=list(profiles))
        validators[key] = (raw["classes"][name], schema, Draft202012Validator(schema))
    return validators[key]


def deprecated(value, schema, root, path):
    """Paths in value of attributes that the schema marks as deprecated."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    if isinstance(value, list):
        for item in value:
            yield from deprecated(item, schema.get("items", {}), root, path)
    elif isinstance(value, dict):
        for name, item in value.items():
            attribute = schema.get("properties", {}).get(name, {})
            if attribute.get("deprecated"):
                yield f"{path}.{name}"
            yield from deprecated(item, attribute, root, f"{path}.{name}")


def captions(value, definition):
    """Captions of class-level enumerations that are not the schema's."""
    for name, attribute in definition["attributes"].items():
        sibling = attribute.get("sibling")
        if name in value and sibling in value:
            caption = attribute.get("enum", {}).get(str(value[name]), {}).get("caption")
            if caption and caption != value[sibling]:
                yield f"{sibling} is {value[sibling]!r}, not {caption!r}"


count = 0
for line in sys.stdin:
    event = json.loads(line)
    count += 1
    label = f"{count}: {event.get('type_name')} ({event.get('message') or event.get('unmapped')})"
    definition, schema, check = validator(event["class_uid"], event["metadata"]["profiles"])
    for error in check.iter_errors(event):
        print(f"{label}: {error.json_path}: {error.message[:300]}")
    for path in deprecated(event, schema, schema, "$"):
        print(f"{label}: {path} is deprecated")
    for problem in captions(event, definition):
        print(f"{label}: {problem}")
print(f"{count} checked")
