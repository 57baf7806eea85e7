"""Generates the Python client from proto/ into a folder, for walk.py and for anybody who looks for an example.

    python generate.py OUT
"""

import pathlib
import sys

import grpc_tools
from grpc_tools import protoc

PROTO = pathlib.Path(__file__).resolve().parents[3] / "proto"


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    files = sorted(str(file.relative_to(PROTO)) for file in PROTO.glob("segue/**/*.proto"))
    # Google's own files come with grpcio-tools.
    google = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    return protoc.main(
        ["protoc", f"-I{PROTO}", f"-I{google}", f"--python_out={out}", f"--grpc_python_out={out}", *files]
    )


if __name__ == "__main__":
    sys.exit(main())
