"""antipasta-lsp: code metrics for Python. The package has one program; this module finds it."""

from __future__ import annotations

from antipasta_lsp._binary import BinaryNotFound, find_binary

__all__ = ["BinaryNotFound", "find_binary"]
