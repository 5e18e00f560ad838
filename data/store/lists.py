"""PostgreSQL: a list that a column is compared with is one parameter, an array.

SQLAlchemy writes a parameter for each of its values, so that the text of a statement changes with their number: the
server reads and plans it anew each time, and the driver never comes to prepare it. With arrays, plans that are kept
(`engine.PREPARED_AFTER`) and no transaction around reads a diagnosis at a million comments waits 13 ms for the
database, 20 without. Importing this is enough, for all statements.
"""

from typing import Any

from sqlalchemy import ARRAY, BinaryExpression, BindParameter, String, TupleType
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.operators import in_op, not_in_op

_AS_ARRAY = {in_op: "= ANY", not_in_op: "<> ALL"}


@compiles(BinaryExpression, "postgresql")
def _write(element: BinaryExpression[Any], compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401
    listed, words = element.right, _AS_ARRAY.get(element.operator)
    if (
        words is None
        or not isinstance(listed, BindParameter)
        or not listed.expanding
        or isinstance(listed.type, TupleType)
        or listed.literal_execute
        or how.get("literal_binds")
    ):
        return compiler.visit_binary(element, **how)
    # A copy that the compiler knows as the same parameter: its values are those of each execution.
    array = listed._clone(maintain_key=True)
    # Texts without a length: a longer one would be cut off, and be found.
    one = String() if isinstance(listed.type, String) else listed.type
    array.expanding, array.type = False, ARRAY(one, dimensions=1)
    left = compiler.process(element.left, **how)
    return f"({left} {words} ({compiler.process(array, **how)}))"
