from django import template

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """0.347 as “35 %”, with a space that does not break."""
    return f"{share * 100:.0f}\N{NO-BREAK SPACE}%"
