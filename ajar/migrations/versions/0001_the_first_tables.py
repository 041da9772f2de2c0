"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ajar.migrations import QUEUE

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(QUEUE.read_text(), execution_options={"no_parameters": True})
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("date_created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__account"),
    )
    op.create_index(
        "uq__account__email", "account", [sa.literal_column("lower(email)")], unique=True
    )
    op.create_table(
        "api_key",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk__api_key"),
    )
    op.create_index("ix__api_key__organization_id_id", "api_key", ["organization_id", "id"])
    op.create_table(
        "event",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("date_updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Text()),
        sa.Column("request_id", sa.Text()),
        sa.Column("api_key_id", sa.Text()),
        sa.Column("oauth_client_id", sa.Text()),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Text()),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("changed_fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("data", postgresql.JSON()),
        sa.Column("previous_data", postgresql.JSONB()),
        sa.Column("meta", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", "date_created", name="pk__event"),
        postgresql_partition_by="RANGE (date_created)",
    )
    op.create_index(
        "ix__event__organization_id_date_updated_id",
        "event",
        ["organization_id", "date_updated", "id"],
    )
    op.create_index(
        "ix__event__organization_id_lead_id_date_updated_id",
        "event",
        ["organization_id", "lead_id", "date_updated", "id"],
    )
    op.create_index(
        "ix__event__organization_id_object_id_date_updated_id",
        "event",
        ["organization_id", "object_id", "date_updated", "id"],
    )
    op.create_index(
        "ix__event__organization_id_request_id", "event", ["organization_id", "request_id"]
    )
    op.create_table(
        "group",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__group"),
    )
    op.create_index(
        "uq__group__name",
        "group",
        ["organization_id", sa.literal_column("lower(name)")],
        unique=True,
    )
    op.create_table(
        "lead_tally",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("leads", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "shard", name="pk__lead_tally"),
    )
    op.create_table(
        "role",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("permissions", postgresql.JSONB()),
        sa.Column("visibility_user_lcf_behavior", sa.Text()),
        sa.Column("visibility_user_lcf_ids", postgresql.JSONB()),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__role"),
    )
    op.create_index(
        "ix__role__organization_id_date_created_id",
        "role",
        ["organization_id", "date_created", "id"],
    )
    op.create_table(
        "status_lead",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text()),
        sa.Column("color", sa.Text()),
        sa.Column("position", sa.BigInteger()),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__status_lead"),
    )
    op.create_index(
        "ix__status_lead__organization_id_position_id",
        "status_lead",
        ["organization_id", "position", "id"],
    )
    op.create_table(
        "user",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("email_verified_at", sa.DateTime(timezone=True)),
        sa.Column("first_name", sa.Text()),
        sa.Column("last_name", sa.Text()),
        sa.Column("google_profile_image_url", sa.Text()),
        sa.Column("last_used_timezone", sa.Text()),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__user"),
    )
    op.create_index(
        "ix__user__organization_id_first_name_last_name_id",
        "user",
        ["organization_id", "first_name", "last_name", "id"],
    )
    op.create_table(
        "custom_field_contact",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("type", sa.Text()),
        sa.Column("choices", postgresql.JSONB()),
        sa.Column("accepts_multiple_values", sa.Boolean()),
        sa.Column("editable_with_roles", postgresql.JSONB()),
        sa.Column("converting_to_type", sa.Text()),
        sa.Column("referenced_custom_type_id", sa.Text()),
        sa.Column("back_reference_is_visible", sa.Boolean()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__custom_field_contact__organization_id_created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__custom_field_contact__organization_id_updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__custom_field_contact"),
    )
    op.create_index(
        "ix__custom_field_contact__organization_id_date_created_id",
        "custom_field_contact",
        ["organization_id", "date_created", "id"],
    )
    op.create_table(
        "custom_field_lead",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("type", sa.Text()),
        sa.Column("choices", postgresql.JSONB()),
        sa.Column("accepts_multiple_values", sa.Boolean()),
        sa.Column("editable_with_roles", postgresql.JSONB()),
        sa.Column("converting_to_type", sa.Text()),
        sa.Column("referenced_custom_type_id", sa.Text()),
        sa.Column("back_reference_is_visible", sa.Boolean()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__custom_field_lead__organization_id_created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__custom_field_lead__organization_id_updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__custom_field_lead"),
    )
    op.create_index(
        "ix__custom_field_lead__organization_id_date_created_id",
        "custom_field_lead",
        ["organization_id", "date_created", "id"],
    )
    op.create_table(
        "custom_field_opportunity",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("type", sa.Text()),
        sa.Column("choices", postgresql.JSONB()),
        sa.Column("accepts_multiple_values", sa.Boolean()),
        sa.Column("editable_with_roles", postgresql.JSONB()),
        sa.Column("converting_to_type", sa.Text()),
        sa.Column("referenced_custom_type_id", sa.Text()),
        sa.Column("back_reference_is_visible", sa.Boolean()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__custom_field_opportunity__organization_id_created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__custom_field_opportunity__organization_id_updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__custom_field_opportunity"),
    )
    op.create_index(
        "ix__custom_field_opportunity__organization_id_date_created_id",
        "custom_field_opportunity",
        ["organization_id", "date_created", "id"],
    )
    op.create_table(
        "group_member",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text()),
        sa.Column("user_id", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "group_id"],
            ["group.organization_id", "group.id"],
            name="fk__group_member__organization_id_group_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__group_member__organization_id_user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__group_member"),
    )
    op.create_index(
        "ix__group_member__organization_id_group_id_id",
        "group_member",
        ["organization_id", "group_id", "id"],
        postgresql_where=sa.text("group_id IS NOT NULL"),
    )
    op.create_index(
        "ix__group_member__organization_id_user_id_id",
        "group_member",
        ["organization_id", "user_id", "id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_table(
        "lead",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("status_id", sa.Text()),
        sa.Column("addresses", postgresql.JSONB()),
        sa.Column("source", sa.Text()),
        sa.Column(
            "custom", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__lead__organization_id_created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "status_id"],
            ["status_lead.organization_id", "status_lead.id"],
            name="fk__lead__organization_id_status_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__lead__organization_id_updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__lead"),
    )
    op.create_index(
        "ix__lead__organization_id_date_updated_id",
        "lead",
        ["organization_id", "date_updated", "id"],
    )
    op.create_index(
        "ix__lead__organization_id_status_id_id",
        "lead",
        ["organization_id", "status_id", "id"],
        postgresql_where=sa.text("status_id IS NOT NULL"),
    )
    op.create_table(
        "membership",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text()),
        sa.Column("role_id", sa.Text()),
        sa.Column("is_active", sa.Boolean()),
        sa.Column("auto_record_calls", sa.Text()),
        sa.Column("default_caller_id", sa.Text()),
        sa.Column("hangup_recording_url", sa.Text()),
        sa.Column("may_workflows_impersonate", sa.Boolean()),
        sa.Column("track_email_opens", sa.Boolean()),
        sa.Column("saved_view_ids", postgresql.JSONB()),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__membership__organization_id_user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__membership"),
    )
    op.create_index(
        "ix__membership__organization_id_role_id_id",
        "membership",
        ["organization_id", "role_id", "id"],
        postgresql_where=sa.text("role_id IS NOT NULL"),
    )
    op.create_index(
        "uq__membership__user_id",
        "membership",
        ["organization_id", sa.literal_column("lower(user_id)")],
        unique=True,
    )
    op.create_table(
        "organization",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("currency", sa.Text()),
        sa.Column("currency_symbol", sa.Text()),
        sa.Column("currency_digits", sa.BigInteger()),
        sa.Column("enable_unsubscribe_link", sa.Boolean()),
        sa.Column("require_unsubscribe_link", sa.Boolean()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__organization__organization_id_created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__organization__organization_id_updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__organization"),
    )
    op.create_table(
        "pipeline",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("position", sa.BigInteger()),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__pipeline__organization_id_created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__pipeline__organization_id_updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__pipeline"),
    )
    op.create_index(
        "ix__pipeline__organization_id_position_id",
        "pipeline",
        ["organization_id", "position", "id"],
    )
    op.create_table(
        "contact",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("lead_id", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("emails", postgresql.JSONB()),
        sa.Column("phones", postgresql.JSONB()),
        sa.Column("urls", postgresql.JSONB()),
        sa.Column(
            "custom", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("timezone", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__contact__organization_id_created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "lead_id"],
            ["lead.organization_id", "lead.id"],
            name="fk__contact__organization_id_lead_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__contact__organization_id_updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__contact"),
    )
    op.create_index(
        "ix__contact__organization_id_date_created_id",
        "contact",
        ["organization_id", "date_created", "id"],
    )
    op.create_index(
        "ix__contact__organization_id_lead_id_date_created_id",
        "contact",
        ["organization_id", "lead_id", "date_created", "id"],
    )
    op.create_table(
        "status_opportunity",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text()),
        sa.Column("type", sa.Text()),
        sa.Column("pipeline_id", sa.Text()),
        sa.Column("position", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["organization_id", "pipeline_id"],
            ["pipeline.organization_id", "pipeline.id"],
            name="fk__status_opportunity__organization_id_pipeline_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__status_opportunity"),
    )
    op.create_index(
        "ix__status_opportunity__organization_id_pipeline_id_id",
        "status_opportunity",
        ["organization_id", "pipeline_id", "id"],
        postgresql_where=sa.text("pipeline_id IS NOT NULL"),
    )
    op.create_table(
        "activity",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("_type", sa.Text()),
        sa.Column("lead_id", sa.Text()),
        sa.Column("contact_id", sa.Text()),
        sa.Column("user_id", sa.Text()),
        sa.Column("activity_at", sa.DateTime(timezone=True)),
        sa.Column("source", sa.Text()),
        sa.Column("import_id", sa.Text()),
        sa.Column("source_lead_id", sa.Text()),
        sa.Column("destination_lead_id", sa.Text()),
        sa.Column("source_display_name", sa.Text()),
        sa.Column("destination_display_name", sa.Text()),
        sa.Column("merge_status", sa.Text()),
        sa.Column("error_message", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("note_html", sa.Text()),
        sa.Column("mentions", postgresql.JSONB()),
        sa.Column("attachments", postgresql.JSONB()),
        sa.Column("pinned", sa.Boolean()),
        sa.Column("pinned_at", sa.DateTime(timezone=True)),
        sa.Column("old_status_id", sa.Text()),
        sa.Column("new_status_id", sa.Text()),
        sa.Column("opportunity_id", sa.Text()),
        sa.Column("opportunity_value", sa.BigInteger()),
        sa.Column("opportunity_value_period", sa.Text()),
        sa.Column("opportunity_value_currency", sa.Text()),
        sa.Column("opportunity_value_formatted", sa.Text()),
        sa.Column("opportunity_confidence", sa.BigInteger()),
        sa.Column("opportunity_date_won", sa.DateTime(timezone=True)),
        sa.Column("task_id", sa.Text()),
        sa.Column("task_text", sa.Text()),
        sa.Column("task_assigned_to", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "contact_id"],
            ["contact.organization_id", "contact.id"],
            name="fk__activity__organization_id_contact_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__activity__organization_id_created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "lead_id"],
            ["lead.organization_id", "lead.id"],
            name="fk__activity__organization_id_lead_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__activity__organization_id_updated_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__activity__organization_id_user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__activity"),
    )
    op.create_index(
        "ix__activity__organization_id__type_date_created_id",
        "activity",
        ["organization_id", "_type", "date_created", "id"],
    )
    op.create_index(
        "ix__activity__organization_id_contact_id_id",
        "activity",
        ["organization_id", "contact_id", "id"],
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index(
        "ix__activity__organization_id_date_created_id",
        "activity",
        ["organization_id", "date_created", "id"],
    )
    op.create_index(
        "ix__activity__organization_id_lead_id_activity_at_id",
        "activity",
        ["organization_id", "lead_id", "activity_at", "id"],
    )
    op.create_index(
        "ix__activity__organization_id_lead_id_date_created_id",
        "activity",
        ["organization_id", "lead_id", "date_created", "id"],
    )
    op.create_index(
        "ix__activity__organization_id_opportunity_id_id",
        "activity",
        ["organization_id", "opportunity_id", "id"],
        postgresql_where=sa.text("opportunity_id IS NOT NULL"),
    )
    op.create_index(
        "ix__activity__organization_id_user_id_id",
        "activity",
        ["organization_id", "user_id", "id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_table(
        "opportunity",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("lead_id", sa.Text()),
        sa.Column("status_id", sa.Text()),
        sa.Column("status_type", sa.Text()),
        sa.Column("contact_id", sa.Text()),
        sa.Column("user_id", sa.Text()),
        sa.Column("value", sa.BigInteger()),
        sa.Column("value_period", sa.Text()),
        sa.Column("confidence", sa.BigInteger()),
        sa.Column("note", sa.Text()),
        sa.Column("note_html", sa.Text()),
        sa.Column("attachments", postgresql.JSONB()),
        sa.Column("date_won", sa.Date()),
        sa.Column("date_lost", sa.DateTime(timezone=True)),
        sa.Column(
            "custom", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "contact_id"],
            ["contact.organization_id", "contact.id"],
            name="fk__opportunity__organization_id_contact_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__opportunity__organization_id_created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "lead_id"],
            ["lead.organization_id", "lead.id"],
            name="fk__opportunity__organization_id_lead_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "status_id"],
            ["status_opportunity.organization_id", "status_opportunity.id"],
            name="fk__opportunity__organization_id_status_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__opportunity__organization_id_updated_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__opportunity__organization_id_user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__opportunity"),
    )
    op.create_index(
        "ix__opportunity__organization_id_contact_id_id",
        "opportunity",
        ["organization_id", "contact_id", "id"],
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index(
        "ix__opportunity__organization_id_date_created_id",
        "opportunity",
        ["organization_id", "date_created", "id"],
    )
    op.create_index(
        "ix__opportunity__organization_id_date_updated_id",
        "opportunity",
        ["organization_id", "date_updated", "id"],
    )
    op.create_index(
        "ix__opportunity__organization_id_date_won_id",
        "opportunity",
        ["organization_id", "date_won", "id"],
    )
    op.create_index(
        "ix__opportunity__organization_id_lead_id_date_created_id",
        "opportunity",
        ["organization_id", "lead_id", "date_created", "id"],
    )
    op.create_index(
        "ix__opportunity__organization_id_status_id_id",
        "opportunity",
        ["organization_id", "status_id", "id"],
        postgresql_where=sa.text("status_id IS NOT NULL"),
    )
    op.create_index(
        "ix__opportunity__organization_id_user_id_id",
        "opportunity",
        ["organization_id", "user_id", "id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_table(
        "task",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("_type", sa.Text()),
        sa.Column("lead_id", sa.Text()),
        sa.Column("contact_id", sa.Text()),
        sa.Column("assigned_to", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("is_complete", sa.Boolean()),
        sa.Column("date", sa.Text(collation="C")),
        sa.Column("is_dateless", sa.Boolean()),
        sa.Column("priority", sa.Text()),
        sa.Column("resolution", sa.Text()),
        sa.Column("object_type", sa.Text()),
        sa.Column("object_id", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "assigned_to"],
            ["user.organization_id", "user.id"],
            name="fk__task__organization_id_assigned_to",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "contact_id"],
            ["contact.organization_id", "contact.id"],
            name="fk__task__organization_id_contact_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__task__organization_id_created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "lead_id"],
            ["lead.organization_id", "lead.id"],
            name="fk__task__organization_id_lead_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__task__organization_id_updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__task"),
    )
    op.create_index(
        "ix__task__organization_id_assigned_to_date_id",
        "task",
        ["organization_id", "assigned_to", "date", "id"],
    )
    op.create_index(
        "ix__task__organization_id_contact_id_id",
        "task",
        ["organization_id", "contact_id", "id"],
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index("ix__task__organization_id_date_id", "task", ["organization_id", "date", "id"])
    op.create_index(
        "ix__task__organization_id_lead_id_date_id",
        "task",
        ["organization_id", "lead_id", "date", "id"],
    )
    op.execute("create table event_default partition of event default")
