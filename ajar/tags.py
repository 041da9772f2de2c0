"""What tags in templates and links stand for: the SQL of the values they reach."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar.formats import template
from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes


def of_lead(lead: sa.FromClause) -> Any:
    names = ("id", "name", "display_name", "description", "url", "status_label", "html_url")
    return described("lead", lead, names, primary_address=lead.c.addresses.op("->")(0))


def of_contact(contact: sa.FromClause) -> Any:
    name = func.trim(contact.c.name)
    first = func.split_part(name, " ", 1)
    return described(
        "contact",
        contact,
        ("id", "name", "display_name", "title"),
        first_name=first,
        last_name=func.ltrim(func.substr(name, func.length(first) + 1)),
        email=contact.c.emails.op("#>>", return_type=sa.Text)("{0,email}"),
        phone=contact.c.phones.op("#>>", return_type=sa.Text)("{0,phone_formatted}"),
    )


def of_opportunity(opportunity: sa.FromClause) -> Any:
    names = ("id", "note", "confidence", "status_label", "value_formatted")
    return described("opportunity", opportunity, names, value=opportunity.c.value)


def described(name: str, row: sa.FromClause, names: tuple[str, ...], **more: Any) -> Any:
    """These shown fields of a row, more values, and its custom values by their names."""
    about = resources[name].about
    values = {one: about.members[one].shown(row) for one in names} | more
    if about.custom:
        values["custom"] = about.custom.named(row.c[about.custom.name])
    return built(values)


def built(values: dict[str, Any]) -> Any:
    return func.jsonb_build_object(*(part for pair in values.items() for part in pair))


def of_caller() -> dict[str, Any]:
    """Who asks, and for whom: the same for every row, so it is read once."""
    user = query.rows(resources["user"])
    name = func.concat_ws(" ", user.c.first_name, user.c.last_name)
    values = {
        "first_name": user.c.first_name,
        "last_name": user.c.last_name,
        "full_name": name,
        "name": name,
        "email": user.c.email,
    }
    caller = query.related(resources["user"], user, built(values))
    organization = query.rows(resources["organization"])
    ours = query.related(
        resources["organization"], organization, built({"name": organization.c.name})
    )
    return {
        "user": caller.where(user.c.id == parameter("user_id")).scalar_subquery(),
        "organization": ours.scalar_subquery(),
    }


def links_of_caller() -> Any:
    """What stands behind the shared scheduling links for who asks, by their tags."""
    kind = resources["shared_scheduling_link_association"]
    behind = query.rows(kind)
    shared_id, own_id = behind.c.shared_scheduling_link_id, behind.c.user_scheduling_link_id
    tag = query.first(resources["shared_scheduling_link"], "template_tag", id=shared_id)
    own = query.first(resources["scheduling_link"], "url", id=own_id)
    links = func.jsonb_object_agg(tag, func.coalesce(behind.c.url, own))
    found = query.related(kind, behind, links)
    return found.where(behind.c.user_id == parameter("user_id")).scalar_subquery()


@shapes(1)
def of_two() -> Statement:
    """All that a template may show of a lead and one of its contacts, and where mail goes. Of
    a contact that is not there it shows nothing."""
    lead, contact = query.rows(resources["lead"]), query.rows(resources["contact"])
    values = {"lead": of_lead(lead), "contact": of_contact(contact)} | of_caller()
    values |= {template.LINKS: links_of_caller()}
    found = query.owned(resources["lead"], lead, sa.cast(built(values), sa.Text))
    theirs = sa.and_(
        contact.c.organization_id == parameter("organization_id"),
        contact.c.lead_id == lead.c.id,
        contact.c.id == parameter("contact_id"),
    )
    found = found.correlate_except(lead, contact)
    found = found.select_from(sa.outerjoin(lead, contact, theirs))
    return Statement(found.where(lead.c.id == parameter("lead_id")))


@shapes(2)
def entry(mode: str) -> Statement:
    """The lead and the contact at this place of all that have an e-mail address; of a lead the
    first contact that has one."""
    lead, contact = query.rows(resources["lead"]), query.rows(resources["contact"])
    reachable = func.jsonb_array_length(contact.c.emails) > 0
    place = parameter("entry", sa.BigInteger)
    if mode == "contact":
        found = query.owned(resources["contact"], contact, contact.c.lead_id, contact.c.id)
        found = found.where(reachable).order_by(*query.ordering(resources["contact"], contact))
        return Statement(found.limit(1).offset(place))
    first = query.related(resources["contact"], contact, contact.c.id)
    first = first.where(contact.c.lead_id == lead.c.id, reachable)
    order = query.ordering(resources["contact"], contact, "date_created")
    one = first.order_by(*order).limit(1).scalar_subquery().label("id")
    found = query.owned(resources["lead"], lead, lead.c.id.label("lead_id"), one)
    found = found.where(first.exists()).order_by(*query.ordering(resources["lead"], lead))
    return Statement(found.limit(1).offset(place))
