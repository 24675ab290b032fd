"""Provider SDKs imported class by class: what a program does not use costs it nothing.

A provider's Python SDK is generated: one package an area, like `pulumi_gcp.compute`, whose `__init__` imports
each resource there is, and whose `_inputs` and `outputs` define thousands of nested types. Importing one
resource therefore runs all of them, which is most of a preview. Importing this package puts a finder in front
of Python's own, for the packages in `SDKS` alone:

- an area's `__init__` is run without its imports of each resource. A name is looked for in the file that
  generated SDKs keep it in (`compute.InstanceTemplate` in `instance_template.py`), and that file is imported
  (`areas`);
- a class in `_inputs` or `outputs` is compiled and made when it is asked for: by the program, or by Pulumi
  when it resolves an annotation that names it (`nested_types`);
- the class in a resource's file that only `Bucket.get` and the like use is made when they do (`resources`);
- docstrings, which are most of an SDK, are left out, and so are the lines of its files, which Python would
  read and keep for the stack that Pulumi looks at with each resource; a traceback names file and line.
  Annotations stay texts until Pulumi resolves them (`files`).

Python's search for garbage leaves older objects alone for longer as well: it would look through all these
classes again and again.

The classes are the SDK's own, made of the same source; type checkers see ordinary imports. It rests on how
the files are laid out, not on a version. Where a file is laid out otherwise, or a name is not where it is
expected, that package is imported in the ordinary way; `PULUMI_LAZY_SDK=off` imports all of them so.
"""

from __future__ import annotations

import gc
import os
import sys

from lazy_sdk.finder import Finder

SDKS = (
    "pulumi_docker",
    "pulumi_gcp",
    "pulumi_kubernetes",
    "pulumi_random",
    "pulumiverse_time",
    "pulumiverse_vercel",
)
SWITCH = "PULUMI_LAZY_SDK"

_SEARCHES = (2_000, 20, 100)
"""When Python looks for garbage: after how many new objects among these, after how many such searches among
those that were left, and after how many of these among all. With its usual 700, 10 and 10 it searches the
classes of a plan, none of which is garbage, hundreds of times: a quarter of a plan's time."""

if os.environ.get(SWITCH) != "off":
    gc.set_threshold(*_SEARCHES)
    sys.meta_path.insert(0, Finder(SDKS))
