from functools import cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db import DEFAULT_DB_ALIAS, connection

from accounts.models import User

Converters = dict[int, tuple[list[Any], Any]]


@cache
def one_person() -> tuple[str, list[str], Converters]:
    """The question, the names of its columns, and how their values are converted."""
    query = User.objects.order_by().filter(pk=0).query
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    sql, _params = compiler.as_sql()
    columns = [column for column, _sql, _alias in compiler.select or []]
    names = [column.target.attname for column in columns]
    return sql, names, compiler.get_converters(columns)


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    def get_user(self, user_id: int) -> User | None:
        """Who is asking: the one question of each request of people signed in.

        Put to the database each time, for the account may just have been closed; but
        Django writes the SQL once, since that takes longer than the answer.
        """
        sql, names, converters = one_person()
        with connection.cursor() as cursor:
            cursor.execute(sql, [user_id])
            found = cursor.fetchone()
        if found is None:
            return None
        row = list(found)
        for index, (converts, column) in converters.items():
            for convert in converts:
                row[index] = convert(row[index], column, connection)
        user = User.from_db(DEFAULT_DB_ALIAS, names, row)
        return user if self.user_can_authenticate(user) else None
