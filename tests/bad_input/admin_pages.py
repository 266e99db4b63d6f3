"""Pages of the admin as an organiser fills them in, and what they answer."""

from django.urls import reverse

from tests.bad_input.forms import FORM, forms_of


def edit_of(row):
    return reverse(
        f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]
    )


def form_of(client, url):
    page = client.get(url).content.decode()
    return max(
        (f for f in forms_of(url, page) if f.method == "post"),
        key=lambda form: len(form.values),
    )


def submit(client, url, form=None, **changed):
    """Fill in one page as it comes, but for these fields, and send it."""
    form = form or form_of(client, url)
    known = {*form.names, "criteria-1-name"}  # a row added with “add another”
    assert set(changed) <= known | {"confirmed", "tell_people"}, form.names
    buttons = {name: None for name in form.names if name.startswith("_")}
    body = form.body(**{**buttons, "_save": "Save", **changed})
    return client.post(form.action, body, content_type=FORM)


def errors_of(answer):
    """All that is said about what was typed, as one text."""
    assert answer.status_code == 200, "it was saved"
    said = [str(answer.context_data["adminform"].form.errors)]
    for inline in answer.context_data["inline_admin_formsets"]:
        said += [str(inline.formset.errors), str(inline.formset.non_form_errors())]
    return " ".join(said)


def asked(answer):
    """What has to be confirmed, and the values of the ticks."""
    choices = answer.context_data["adminform"].form.fields["confirmed"].choices
    return " ".join(text for _mark, text in choices), [mark for mark, _text in choices]


def confirm(client, edit, answer, **changed):
    """Tick all that is asked, on the page that asks."""
    page = answer.content.decode()
    form = max(forms_of(edit, page), key=lambda form: len(form.values))
    _text, marks = asked(answer)
    assert f'value="{marks[0]}"' in page
    buttons = {name: None for name in form.names if name.startswith("_")}
    body = form.body(**{**buttons, "_save": "Save", "confirmed": marks, **changed})
    return client.post(edit, body, content_type=FORM)
