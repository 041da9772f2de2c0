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
        sa.Column("oidc_subject", sa.Text()),
        sa.Column("totp_secret", sa.LargeBinary()),
        sa.Column("totp_active", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("totp_step", sa.BigInteger()),
        sa.Column("recovery_hashes", postgresql.ARRAY(sa.LargeBinary())),
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
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("networks", postgresql.ARRAY(sa.Text())),
        sa.Column("date_created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("date_expires", sa.DateTime(timezone=True)),
        sa.Column("date_last_used", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("hash", name="pk__api_key"),
    )
    op.create_index("ix__api_key__organization_id_id", "api_key", ["organization_id", "id"])
    op.create_table(
        "custom_field_order",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("fields", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "object_type", name="pk__custom_field_order"),
    )
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
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Text()),
        sa.Column("changed_fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("data", postgresql.JSON()),
        sa.Column("previous_data", postgresql.JSONB()),
        sa.Column("meta", postgresql.JSONB(), nullable=False),
        sa.Column("steps", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column(
            "position",
            sa.BigInteger(),
            server_default=sa.text("pg_current_xact_id()::text::bigint"),
            nullable=False,
        ),
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
        "ix__event__organization_id_position_id", "event", ["organization_id", "position", "id"]
    )
    op.create_index(
        "ix__event__organization_id_request_id", "event", ["organization_id", "request_id"]
    )
    op.create_index(
        "ix__event__steps",
        "event",
        ["steps"],
        postgresql_using="gin",
        postgresql_where=sa.text("jsonb_array_length(steps) > 1"),
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
        "idempotency_key",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "credential", "key", name="pk__idempotency_key"),
    )
    op.create_index("ix__idempotency_key__date_created", "idempotency_key", ["date_created"])
    op.create_table(
        "import_change",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("old", postgresql.JSONB()),
        sa.Column("new", postgresql.JSONB()),
        sa.Column("conflict", postgresql.JSONB()),
        sa.PrimaryKeyConstraint(
            "organization_id", "import_id", "object_id", name="pk__import_change"
        ),
    )
    op.create_table(
        "import_key",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "import_id", "key", name="pk__import_key"),
    )
    op.create_table(
        "import_problem",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("problems", postgresql.JSONB(), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "import_id", "row", name="pk__import_problem"),
    )
    op.create_table(
        "lead_tally",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("leads", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "shard", name="pk__lead_tally"),
    )
    op.create_table(
        "oauth_app",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("redirect_uris", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary()),
        sa.Column("created_by", sa.Text()),
        sa.Column("date_created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("date_updated", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__oauth_app"),
    )
    op.create_index("ix__oauth_app__organization_id_id", "oauth_app", ["organization_id", "id"])
    op.create_table(
        "password_reset",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("date_expires", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk__password_reset"),
    )
    op.create_index("ix__password_reset__account_id", "password_reset", ["account_id"])
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
    op.create_table(
        "search_found",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("of_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("organization_id", "of_id", "position", name="pk__search_found"),
    )
    op.create_table(
        "sequence_progress",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=False),
        sa.Column("sequence_id", sa.Text(), nullable=False),
        sa.Column("done_id", sa.Text()),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_id", sa.Text()),
        sa.Column("task_id", sa.Text()),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("gone_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("organization_id", "subscription_id", name="pk__sequence_progress"),
    )
    op.create_index(
        "ix__sequence_progress__due_at", "sequence_progress", ["organization_id", "due_at"]
    )
    op.create_index(
        "ix__sequence_progress__sequence_id",
        "sequence_progress",
        ["organization_id", "sequence_id"],
    )
    op.create_index(
        "ix__sequence_progress__task_id", "sequence_progress", ["organization_id", "task_id"]
    )
    op.create_table(
        "sequence_turn",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("sequence_id", sa.Text(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "sequence_id", name="pk__sequence_turn"),
    )
    op.create_table(
        "session",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text()),
        sa.Column("date_created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("date_expires", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk__session"),
    )
    op.create_index("ix__session__account_id", "session", ["account_id"])
    op.create_table(
        "shared_scheduling_link",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("template_tag", sa.Text()),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__shared_scheduling_link"),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("date_last", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk__sign_in_attempt"),
    )
    op.create_table(
        "signing_key",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name="pk__signing_key"),
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
    op.create_table(
        "unsubscribe_email",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__unsubscribe_email"),
    )
    op.create_index(
        "uq__unsubscribe_email__email",
        "unsubscribe_email",
        ["organization_id", sa.literal_column("lower(email)")],
        unique=True,
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
    op.create_table(
        "webhook_feed",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("date_read", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "settled", name="pk__webhook_feed"),
    )
    op.create_table(
        "blocked_phone_number",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__blocked_phone_number__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__blocked_phone_number__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__blocked_phone_number"),
    )
    op.create_index(
        "ix__blocked_phone_number__phone",
        "blocked_phone_number",
        ["organization_id", "phone", "id"],
    )
    op.create_table(
        "bulk_action",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_type", sa.Text()),
        sa.Column("query", sa.Text()),
        sa.Column("s_query", postgresql.JSONB()),
        sa.Column("results_limit", sa.BigInteger()),
        sa.Column("sort", postgresql.JSONB()),
        sa.Column("send_done_email", sa.Boolean()),
        sa.Column("status", sa.Text()),
        sa.Column("n_leads", sa.BigInteger()),
        sa.Column("n_leads_processed", sa.BigInteger()),
        sa.Column("n_objects", sa.BigInteger()),
        sa.Column("n_objects_processed", sa.BigInteger()),
        sa.Column("n_objects_failed", sa.BigInteger()),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("object_type", sa.Text()),
        sa.Column("narrowed", postgresql.JSONB()),
        sa.Column("rights", postgresql.JSONB()),
        sa.Column("run", sa.BigInteger()),
        sa.Column("paused_at", sa.DateTime(timezone=True)),
        sa.Column("bulk_object_type", sa.Text()),
        sa.Column("type", sa.Text()),
        sa.Column("lead_status_id", sa.Text()),
        sa.Column("custom_field_id", sa.Text()),
        sa.Column("custom_field_name", sa.Text()),
        sa.Column("custom_field_value", postgresql.JSONB()),
        sa.Column("custom_field_values", postgresql.JSONB()),
        sa.Column("custom_field_operation", sa.Text()),
        sa.Column("template_id", sa.Text()),
        sa.Column("contact_preference", sa.Text()),
        sa.Column("email_account_id", sa.Text()),
        sa.Column("sender", sa.Text()),
        sa.Column("action_type", sa.Text()),
        sa.Column("sequence_id", sa.Text()),
        sa.Column("sender_account_id", sa.Text()),
        sa.Column("sender_name", sa.Text()),
        sa.Column("sender_email", sa.Text()),
        sa.Column("calls_assigned_to", postgresql.JSONB()),
        sa.Column("from_phone_number_id", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__bulk_action__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__bulk_action__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__bulk_action"),
    )
    op.create_index(
        "ix__bulk_action___type_date_created",
        "bulk_action",
        ["organization_id", "_type", "date_created", "id"],
    )
    op.create_index(
        "ix__bulk_action__template_id",
        "bulk_action",
        ["organization_id", "template_id", "id"],
        postgresql_where=sa.text("template_id IS NOT NULL"),
    )
    op.create_table(
        "connected_account",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_type", sa.Text()),
        sa.Column("user_id", sa.Text()),
        sa.Column("email", sa.Text()),
        sa.Column("available_calendars", postgresql.JSONB()),
        sa.Column("available_features", postgresql.JSONB()),
        sa.Column("enabled_features", postgresql.JSONB()),
        sa.Column("synced_calendars", postgresql.JSONB()),
        sa.Column("sync_all_calendars", sa.Boolean()),
        sa.Column("has_meeting_creation_scopes", sa.Boolean()),
        sa.Column("is_imap_archive_sync_enabled", sa.Boolean()),
        sa.Column("default_identity", postgresql.JSONB()),
        sa.Column("identities", postgresql.JSONB()),
        sa.Column("smtp", postgresql.JSONB()),
        sa.Column("imap", postgresql.JSONB()),
        sa.Column("calendly", postgresql.JSONB()),
        sa.Column("send_status", sa.Text()),
        sa.Column("receive_status", sa.Text()),
        sa.Column("email_receive_status", sa.Text()),
        sa.Column("calendar_receive_status", sa.Text()),
        sa.Column("latest_send_error", sa.Text()),
        sa.Column("latest_receive_error", sa.Text()),
        sa.Column("lead_suggestions_updated_at", sa.DateTime(timezone=True)),
        sa.Column("zoom_account_plan", sa.Text()),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__connected_account__user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__connected_account"),
    )
    op.create_index(
        "ix__connected_account__user_id",
        "connected_account",
        ["organization_id", "user_id", "id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_table(
        "custom_activity",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("api_create_only", sa.Boolean()),
        sa.Column("editable_with_roles", postgresql.JSONB()),
        sa.Column("is_archived", sa.Boolean()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__custom_activity__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__custom_activity__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__custom_activity"),
    )
    op.create_table(
        "custom_object_type",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("name_plural", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("api_create_only", sa.Boolean()),
        sa.Column("editable_with_roles", postgresql.JSONB()),
        sa.Column("is_archived", sa.Boolean()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__custom_object_type__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__custom_object_type__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__custom_object_type"),
    )
    op.create_table(
        "dialer",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source_type", sa.Text()),
        sa.Column("source_value", sa.Text()),
        sa.Column("target_type", sa.Text()),
        sa.Column("type", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("user_id", sa.Text()),
        sa.Column("users", postgresql.JSONB()),
        sa.Column("caller_id", sa.Text()),
        sa.Column("is_user_dependent", sa.Boolean()),
        sa.Column("music_preference", sa.Text()),
        sa.Column("ring_mode", sa.Text()),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__dialer__user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__dialer"),
    )
    op.create_index(
        "ix__dialer__user_id",
        "dialer",
        ["organization_id", "user_id", "id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_table(
        "email_template",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("subject", sa.Text()),
        sa.Column("body", sa.Text()),
        sa.Column("attachments", postgresql.JSONB()),
        sa.Column("is_archived", sa.Boolean()),
        sa.Column("is_shared", sa.Boolean()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__email_template__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__email_template__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__email_template"),
    )
    op.create_index(
        "ix__email_template__is_shared", "email_template", ["organization_id", "is_shared", "id"]
    )
    op.create_table(
        "export",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("format", sa.Text()),
        sa.Column("type", sa.Text()),
        sa.Column("query", sa.Text()),
        sa.Column("s_query", postgresql.JSONB()),
        sa.Column("results_limit", sa.BigInteger()),
        sa.Column("sort", postgresql.JSONB()),
        sa.Column("params", postgresql.JSONB()),
        sa.Column("fields", postgresql.JSONB()),
        sa.Column("date_format", sa.Text()),
        sa.Column("include_activities", sa.Boolean()),
        sa.Column("include_addresses", sa.Boolean()),
        sa.Column("include_custom_objects", sa.Boolean()),
        sa.Column("include_smart_fields", sa.Boolean()),
        sa.Column("send_done_email", sa.Boolean()),
        sa.Column("status", sa.Text()),
        sa.Column("n_docs", sa.BigInteger()),
        sa.Column("n_docs_processed", sa.BigInteger()),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("file_id", sa.Text()),
        sa.Column("object_type", sa.Text()),
        sa.Column("rights", postgresql.JSONB()),
        sa.Column("columns", postgresql.JSONB()),
        sa.Column("parts", sa.BigInteger()),
        sa.Column("checksum", sa.BigInteger()),
        sa.Column("size", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__export__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__export__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__export"),
    )
    op.create_index("ix__export__date_created", "export", ["organization_id", "date_created", "id"])
    op.create_table(
        "file",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text()),
        sa.Column("content_type", sa.Text()),
        sa.Column("size", sa.BigInteger()),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("uploaded_at", sa.DateTime(timezone=True)),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("lead_ids", postgresql.JSONB()),
        sa.Column("content_encoding", sa.Text()),
        sa.Column("owner_id", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__file__created_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__file"),
    )
    op.create_index(
        "ix__file__used_at_date_created",
        "file",
        ["organization_id", "used_at", "date_created", "id"],
    )
    op.create_table(
        "form",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("fields", postgresql.JSONB()),
        sa.Column("is_published", sa.Boolean()),
        sa.Column("success_message", sa.Text()),
        sa.Column("configuration_id", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__form__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__form__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__form"),
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
            name="fk__group_member__group_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__group_member__user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__group_member"),
    )
    op.create_index(
        "ix__group_member__group_id",
        "group_member",
        ["organization_id", "group_id", "id"],
        postgresql_where=sa.text("group_id IS NOT NULL"),
    )
    op.create_index(
        "ix__group_member__user_id",
        "group_member",
        ["organization_id", "user_id", "id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_table(
        "integration_link",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("type", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("parts", postgresql.JSONB()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__integration_link__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__integration_link__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__integration_link"),
    )
    op.create_index(
        "ix__integration_link__type", "integration_link", ["organization_id", "type", "id"]
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
            name="fk__lead__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "status_id"],
            ["status_lead.organization_id", "status_lead.id"],
            name="fk__lead__status_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__lead__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__lead"),
    )
    op.create_index(
        "ix__lead__custom",
        "lead",
        ["custom"],
        postgresql_using="gin",
        postgresql_ops={"custom": "jsonb_path_ops"},
    )
    op.create_index("ix__lead__date_created", "lead", ["organization_id", "date_created", "id"])
    op.create_index("ix__lead__date_updated", "lead", ["organization_id", "date_updated", "id"])
    op.create_index(
        "ix__lead__name",
        "lead",
        [sa.literal_column("organization_id"), sa.literal_column("lower(name)")],
    )
    op.create_index(
        "ix__lead__status_id",
        "lead",
        ["organization_id", "status_id", "id"],
        postgresql_where=sa.text("status_id IS NOT NULL"),
    )
    op.create_index(
        "ix__lead__words",
        "lead",
        [
            sa.literal_column(
                "CAST(to_tsvector('simple'::regconfig, translate(left((((((((((((((((((coalesce(name, '') || ' ') || coalesce(description, '')) || ' ') || coalesce(url, '')) || ' ') || coalesce(CAST(jsonb_path_query_array(addresses, '$[*].address_1') AS TEXT), '')) || ' ') || coalesce(CAST(jsonb_path_query_array(addresses, '$[*].address_2') AS TEXT), '')) || ' ') || coalesce(CAST(jsonb_path_query_array(addresses, '$[*].city') AS TEXT), '')) || ' ') || coalesce(CAST(jsonb_path_query_array(addresses, '$[*].state') AS TEXT), '')) || ' ') || coalesce(CAST(jsonb_path_query_array(addresses, '$[*].zipcode') AS TEXT), '')) || ' ') || coalesce(CAST(jsonb_path_query_array(addresses, '$[*].country') AS TEXT), '')) || ' ') || coalesce(CAST(jsonb_path_query_array(custom, '$.* ? (@.type() == \"string\" && !(@ starts with \"user_\") && !(@ starts with \"cont_\") && !(@ starts with \"custobj_\"))') AS TEXT), ''), 200000), '@./:_~+<>&?=#;-', '               ')) AS TSVECTOR)"
            )
        ],
        postgresql_using="gin",
    )
    op.create_table(
        "oauth_grant",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["oauth_app.id"], ondelete="cascade"),
        sa.PrimaryKeyConstraint("id", name="pk__oauth_grant"),
    )
    op.create_index("ix__oauth_grant__client_id", "oauth_grant", ["client_id"])
    op.create_index(
        "ix__oauth_grant__organization_id_user_id_id",
        "oauth_grant",
        ["organization_id", "user_id", "id"],
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
        sa.Column("reject_anonymous_inbound_calls", sa.Boolean()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__organization__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__organization__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__organization"),
    )
    op.create_table(
        "outcome",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("type", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__outcome__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__outcome__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__outcome"),
    )
    op.create_table(
        "phone_number",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text()),
        sa.Column("number_formatted", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("label", sa.Text()),
        sa.Column("type", sa.Text()),
        sa.Column("is_group_number", sa.Boolean()),
        sa.Column("user_id", sa.Text()),
        sa.Column("participants", postgresql.JSONB()),
        sa.Column("phone_numbers", postgresql.JSONB()),
        sa.Column("phone_numbers_formatted", postgresql.JSONB()),
        sa.Column("forward_to", sa.Text()),
        sa.Column("forward_to_formatted", sa.Text()),
        sa.Column("forward_to_enabled", sa.Boolean()),
        sa.Column("press_1_to_accept", sa.Boolean()),
        sa.Column("voicemail_greeting_url", sa.Text()),
        sa.Column("carrier", sa.Text()),
        sa.Column("carrier_type", sa.Text()),
        sa.Column("address_id", sa.Text()),
        sa.Column("bundle_id", sa.Text()),
        sa.Column("is_premium", sa.Boolean()),
        sa.Column("is_verified", sa.Boolean()),
        sa.Column("sms_enabled", sa.Boolean()),
        sa.Column("mms_enabled", sa.Boolean()),
        sa.Column("supports_sms_to_countries", postgresql.JSONB()),
        sa.Column("supports_mms_to_countries", postgresql.JSONB()),
        sa.Column("next_billing_on", sa.DateTime(timezone=True)),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__phone_number__user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__phone_number"),
    )
    op.create_index(
        "ix__phone_number__user_id",
        "phone_number",
        ["organization_id", "user_id", "id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
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
            name="fk__pipeline__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__pipeline__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__pipeline"),
    )
    op.create_table(
        "playbook",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("summary_guidance", sa.Text()),
        sa.Column("custom_field_ids", postgresql.JSONB()),
        sa.Column("outcome_ids", postgresql.JSONB()),
        sa.Column("position", sa.BigInteger()),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.Column("archived_by_id", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True)),
        sa.Column("created_by_id", sa.Text()),
        sa.Column("updated_at", sa.DateTime(timezone=True)),
        sa.Column("updated_by_id", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "archived_by_id"],
            ["user.organization_id", "user.id"],
            name="fk__playbook__archived_by_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_id"],
            ["user.organization_id", "user.id"],
            name="fk__playbook__created_by_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by_id"],
            ["user.organization_id", "user.id"],
            name="fk__playbook__updated_by_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__playbook"),
    )
    op.create_index(
        "ix__playbook__archived_by_id",
        "playbook",
        ["organization_id", "archived_by_id", "id"],
        postgresql_where=sa.text("archived_by_id IS NOT NULL"),
    )
    op.create_table(
        "saved_search",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("s_query", postgresql.JSONB()),
        sa.Column("query", sa.Text()),
        sa.Column("selected_fields", postgresql.JSONB()),
        sa.Column("is_shared", sa.Boolean()),
        sa.Column("shared_with", postgresql.JSONB()),
        sa.Column("is_user_dependent", sa.Boolean()),
        sa.Column("user_id", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__saved_search__updated_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__saved_search__user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__saved_search"),
    )
    op.create_table(
        "scheduling_link",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("url", sa.Text()),
        sa.Column("user_id", sa.Text()),
        sa.Column("source", sa.Text()),
        sa.Column("source_id", sa.Text()),
        sa.Column("source_type", sa.Text()),
        sa.Column("duration_in_minutes", sa.BigInteger()),
        sa.Column("oauth_client_id", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__scheduling_link__user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__scheduling_link"),
    )
    op.create_index(
        "ix__scheduling_link__user_id",
        "scheduling_link",
        ["organization_id", "user_id", "id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_table(
        "send_as",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("allowing_user_id", sa.Text()),
        sa.Column("allowed_user_id", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "allowed_user_id"],
            ["user.organization_id", "user.id"],
            name="fk__send_as__allowed_user_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "allowing_user_id"],
            ["user.organization_id", "user.id"],
            name="fk__send_as__allowing_user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__send_as"),
    )
    op.create_index(
        "ix__send_as__allowed_user_id",
        "send_as",
        ["organization_id", "allowed_user_id", "id"],
        postgresql_where=sa.text("allowed_user_id IS NOT NULL"),
    )
    op.create_index(
        "ix__send_as__allowing_user_id",
        "send_as",
        ["organization_id", "allowing_user_id", "id"],
        postgresql_where=sa.text("allowing_user_id IS NOT NULL"),
    )
    op.create_table(
        "sequence",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("timezone", sa.Text()),
        sa.Column("schedule", postgresql.JSONB()),
        sa.Column("schedule_id", sa.Text()),
        sa.Column("steps", postgresql.JSONB()),
        sa.Column("trigger_query", postgresql.JSONB()),
        sa.Column("allow_manual_enrollment", sa.Boolean()),
        sa.Column("ends_on_lead_status_ids", postgresql.JSONB()),
        sa.Column("owner_id", sa.Text()),
        sa.Column("created_by_id", sa.Text()),
        sa.Column("updated_by_id", sa.Text()),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_id"],
            ["user.organization_id", "user.id"],
            name="fk__sequence__created_by_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "owner_id"],
            ["user.organization_id", "user.id"],
            name="fk__sequence__owner_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by_id"],
            ["user.organization_id", "user.id"],
            name="fk__sequence__updated_by_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__sequence"),
    )
    op.create_index(
        "ix__sequence__owner_id",
        "sequence",
        ["organization_id", "owner_id", "id"],
        postgresql_where=sa.text("owner_id IS NOT NULL"),
    )
    op.create_table(
        "sms_template",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("attachments", postgresql.JSONB()),
        sa.Column("is_shared", sa.Boolean()),
        sa.Column("status", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__sms_template__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__sms_template__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__sms_template"),
    )
    op.create_index(
        "ix__sms_template__is_shared", "sms_template", ["organization_id", "is_shared", "id"]
    )
    op.create_table(
        "webhook",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("events", postgresql.JSONB()),
        sa.Column("event_filter", postgresql.JSONB()),
        sa.Column("verify_ssl", sa.Boolean()),
        sa.Column("status", sa.Text()),
        sa.Column("pause_reason", sa.Text()),
        sa.Column("signature_key", sa.Text()),
        sa.Column("older_key", sa.Text()),
        sa.Column("older_key_until", sa.DateTime(timezone=True)),
        sa.Column("api_key_id", sa.Text()),
        sa.Column("latest_error", sa.Text()),
        sa.Column("recent_consecutive_fail_buckets_cnt", sa.BigInteger()),
        sa.Column("failed_hour", sa.DateTime(timezone=True)),
        sa.Column("warned", postgresql.JSONB()),
        sa.Column("delivered", sa.BigInteger()),
        sa.Column("failed", sa.BigInteger()),
        sa.Column("since", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__webhook__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__webhook__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__webhook"),
    )
    op.create_table(
        "comment_thread",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text()),
        sa.Column("object_type", sa.Text()),
        sa.Column("lead_id", sa.Text()),
        sa.Column("num_comments", sa.BigInteger()),
        sa.Column("participating", postgresql.JSONB()),
        sa.Column("created_at", sa.DateTime(timezone=True)),
        sa.Column("updated_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["organization_id", "lead_id"],
            ["lead.organization_id", "lead.id"],
            name="fk__comment_thread__lead_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__comment_thread"),
    )
    op.create_index(
        "ix__comment_thread__created_at", "comment_thread", ["organization_id", "created_at", "id"]
    )
    op.create_index(
        "ix__comment_thread__lead_id",
        "comment_thread",
        ["organization_id", "lead_id", "id"],
        postgresql_where=sa.text("lead_id IS NOT NULL"),
    )
    op.create_index(
        "ix__comment_thread__object_id",
        "comment_thread",
        ["organization_id", "object_id", "id"],
        postgresql_where=sa.text("object_id IS NOT NULL"),
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
            name="fk__contact__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "lead_id"],
            ["lead.organization_id", "lead.id"],
            name="fk__contact__lead_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__contact__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__contact"),
    )
    op.create_index(
        "ix__contact__addresses",
        "contact",
        [
            sa.literal_column(
                "CAST(lower(CAST(jsonb_path_query_array(emails, '$[*].email') AS TEXT)) AS JSONB)"
            )
        ],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "ix__contact__custom",
        "contact",
        ["custom"],
        postgresql_using="gin",
        postgresql_ops={"custom": "jsonb_path_ops"},
    )
    op.create_index(
        "ix__contact__date_created", "contact", ["organization_id", "date_created", "id"]
    )
    op.create_index(
        "ix__contact__lead_id_date_created",
        "contact",
        ["organization_id", "lead_id", "date_created", "id"],
    )
    op.create_index(
        "ix__contact__numbers",
        "contact",
        [
            sa.literal_column(
                "CAST(lower(CAST(jsonb_path_query_array(phones, '$[*].phone') AS TEXT)) AS JSONB)"
            )
        ],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "ix__contact__words",
        "contact",
        [
            sa.literal_column(
                "CAST(to_tsvector('simple'::regconfig, translate(left((((((((((((coalesce(name, '') || ' ') || coalesce(title, '')) || ' ') || coalesce(CAST(jsonb_path_query_array(emails, '$[*].email') AS TEXT), '')) || ' ') || coalesce(CAST(jsonb_path_query_array(phones, '$[*].phone') AS TEXT), '')) || ' ') || coalesce(CAST(jsonb_path_query_array(phones, '$[*].phone_formatted') AS TEXT), '')) || ' ') || coalesce(CAST(jsonb_path_query_array(urls, '$[*].url') AS TEXT), '')) || ' ') || coalesce(CAST(jsonb_path_query_array(custom, '$.* ? (@.type() == \"string\" && !(@ starts with \"user_\") && !(@ starts with \"cont_\") && !(@ starts with \"custobj_\"))') AS TEXT), ''), 200000), '@./:_~+<>&?=#;-', '               ')) AS TSVECTOR)"
            )
        ],
        postgresql_using="gin",
    )
    op.create_table(
        "custom_field",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("_type", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("type", sa.Text()),
        sa.Column("choices", postgresql.JSONB()),
        sa.Column("accepts_multiple_values", sa.Boolean()),
        sa.Column("editable_with_roles", postgresql.JSONB()),
        sa.Column("converting_to_type", sa.Text()),
        sa.Column("referenced_custom_type_id", sa.Text()),
        sa.Column("back_reference_is_visible", sa.Boolean()),
        sa.Column("associations", postgresql.JSONB()),
        sa.Column("custom_activity_type_id", sa.Text()),
        sa.Column("custom_object_type_id", sa.Text()),
        sa.Column("required", sa.Boolean()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__custom_field__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "custom_activity_type_id"],
            ["custom_activity.organization_id", "custom_activity.id"],
            name="fk__custom_field__custom_activity_type_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "custom_object_type_id"],
            ["custom_object_type.organization_id", "custom_object_type.id"],
            name="fk__custom_field__custom_object_type_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "referenced_custom_type_id"],
            ["custom_object_type.organization_id", "custom_object_type.id"],
            name="fk__custom_field__referenced_custom_type_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__custom_field__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__custom_field"),
    )
    op.create_index(
        "ix__custom_field__custom_activity_type_id",
        "custom_field",
        ["organization_id", "custom_activity_type_id", "id"],
        postgresql_where=sa.text("custom_activity_type_id IS NOT NULL"),
    )
    op.create_index(
        "ix__custom_field__custom_object_type_id",
        "custom_field",
        ["organization_id", "custom_object_type_id", "id"],
        postgresql_where=sa.text("custom_object_type_id IS NOT NULL"),
    )
    op.create_index(
        "ix__custom_field__referenced_custom_type_id",
        "custom_field",
        ["organization_id", "referenced_custom_type_id", "id"],
        postgresql_where=sa.text("referenced_custom_type_id IS NOT NULL"),
    )
    op.create_table(
        "custom_object",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("custom_object_type_id", sa.Text()),
        sa.Column("lead_id", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column(
            "custom", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__custom_object__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "custom_object_type_id"],
            ["custom_object_type.organization_id", "custom_object_type.id"],
            name="fk__custom_object__custom_object_type_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "lead_id"],
            ["lead.organization_id", "lead.id"],
            name="fk__custom_object__lead_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__custom_object__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__custom_object"),
    )
    op.create_index(
        "ix__custom_object__custom",
        "custom_object",
        ["custom"],
        postgresql_using="gin",
        postgresql_ops={"custom": "jsonb_path_ops"},
    )
    op.create_index(
        "ix__custom_object__custom_object_type_id",
        "custom_object",
        ["organization_id", "custom_object_type_id", "id"],
        postgresql_where=sa.text("custom_object_type_id IS NOT NULL"),
    )
    op.create_index(
        "ix__custom_object__lead_id",
        "custom_object",
        ["organization_id", "lead_id", "id"],
        postgresql_where=sa.text("lead_id IS NOT NULL"),
    )
    op.create_index(
        "ix__custom_object__words",
        "custom_object",
        [
            sa.literal_column(
                "CAST(to_tsvector('simple'::regconfig, translate(left((coalesce(name, '') || ' ') || coalesce(CAST(jsonb_path_query_array(custom, '$.* ? (@.type() == \"string\" && !(@ starts with \"user_\") && !(@ starts with \"cont_\") && !(@ starts with \"custobj_\"))') AS TEXT), ''), 200000), '@./:_~+<>&?=#;-', '               ')) AS TSVECTOR)"
            )
        ],
        postgresql_using="gin",
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
            ["organization_id", "default_caller_id"],
            ["phone_number.organization_id", "phone_number.id"],
            name="fk__membership__default_caller_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__membership__user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__membership"),
    )
    op.create_index(
        "ix__membership__default_caller_id",
        "membership",
        ["organization_id", "default_caller_id", "id"],
        postgresql_where=sa.text("default_caller_id IS NOT NULL"),
    )
    op.create_index(
        "ix__membership__role_id",
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
        "oauth_token",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("grant_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("redirect_uri", sa.Text()),
        sa.Column("code_challenge", sa.Text()),
        sa.Column("date_created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("date_expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("date_used", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["grant_id"], ["oauth_grant.id"], ondelete="cascade"),
        sa.PrimaryKeyConstraint("hash", name="pk__oauth_token"),
    )
    op.create_index("ix__oauth_token__date_expires", "oauth_token", ["date_expires"])
    op.create_index("ix__oauth_token__grant_id", "oauth_token", ["grant_id"])
    op.create_table(
        "shared_scheduling_link_association",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shared_scheduling_link_id", sa.Text()),
        sa.Column("user_id", sa.Text()),
        sa.Column("user_scheduling_link_id", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "shared_scheduling_link_id"],
            ["shared_scheduling_link.organization_id", "shared_scheduling_link.id"],
            name="fk__shared_scheduling_link_association__shared_scheduling_link_",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__shared_scheduling_link_association__user_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_scheduling_link_id"],
            ["scheduling_link.organization_id", "scheduling_link.id"],
            name="fk__shared_scheduling_link_association__user_scheduling_link_id",
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "id", name="pk__shared_scheduling_link_association"
        ),
    )
    op.create_index(
        "ix__shared_scheduling_link_association__shared_scheduling_link_",
        "shared_scheduling_link_association",
        ["organization_id", "shared_scheduling_link_id", "id"],
        postgresql_where=sa.text("shared_scheduling_link_id IS NOT NULL"),
    )
    op.create_index(
        "ix__shared_scheduling_link_association__user_id",
        "shared_scheduling_link_association",
        ["organization_id", "user_id", "id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_index(
        "ix__shared_scheduling_link_association__user_scheduling_link_id",
        "shared_scheduling_link_association",
        ["organization_id", "user_scheduling_link_id", "id"],
        postgresql_where=sa.text("user_scheduling_link_id IS NOT NULL"),
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
            name="fk__status_opportunity__pipeline_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__status_opportunity"),
    )
    op.create_index(
        "ix__status_opportunity__pipeline_id",
        "status_opportunity",
        ["organization_id", "pipeline_id", "id"],
        postgresql_where=sa.text("pipeline_id IS NOT NULL"),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.Text()),
        sa.Column("event_id", sa.Text()),
        sa.Column("event_date", sa.DateTime(timezone=True)),
        sa.Column("object_type", sa.Text()),
        sa.Column("action", sa.Text()),
        sa.Column("sample", postgresql.JSON()),
        sa.Column("withheld", sa.Boolean()),
        sa.Column("status", sa.Text()),
        sa.Column("attempt", sa.BigInteger()),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("last_attempt", sa.DateTime(timezone=True)),
        sa.Column("next_attempt", sa.DateTime(timezone=True)),
        sa.Column("expires", sa.DateTime(timezone=True)),
        sa.Column("url", sa.Text()),
        sa.Column("response_status", sa.BigInteger()),
        sa.Column("response_body", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("milliseconds", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["organization_id", "webhook_id"],
            ["webhook.organization_id", "webhook.id"],
            name="fk__webhook_delivery__webhook_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__webhook_delivery"),
    )
    op.create_index(
        "ix__webhook_delivery__waiting",
        "webhook_delivery",
        ["organization_id", "webhook_id", "next_attempt"],
        postgresql_where=sa.text("next_attempt IS NOT NULL"),
    )
    op.create_index(
        "ix__webhook_delivery__webhook_id_date_created",
        "webhook_delivery",
        ["organization_id", "webhook_id", "date_created", "id"],
    )
    op.create_index(
        "uq__webhook_delivery__event",
        "webhook_delivery",
        ["organization_id", "webhook_id", "event_id", "event_date"],
        unique=True,
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
        sa.Column("comment_summary", postgresql.JSONB()),
        sa.Column("direction", sa.Text()),
        sa.Column("source", sa.Text()),
        sa.Column("local_phone", sa.Text()),
        sa.Column("local_phone_formatted", sa.Text()),
        sa.Column("local_country_iso", sa.Text()),
        sa.Column("remote_phone", sa.Text()),
        sa.Column("remote_phone_formatted", sa.Text()),
        sa.Column("remote_country_iso", sa.Text()),
        sa.Column("cost", sa.Text()),
        sa.Column("sequence_id", sa.Text()),
        sa.Column("sequence_name", sa.Text()),
        sa.Column("sequence_subscription_id", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("note_html", sa.Text()),
        sa.Column("duration", sa.BigInteger()),
        sa.Column("outcome_id", sa.Text()),
        sa.Column("disposition", sa.Text()),
        sa.Column("recording_url", sa.Text()),
        sa.Column("recording_expires_at", sa.DateTime(timezone=True)),
        sa.Column("voicemail_url", sa.Text()),
        sa.Column("voicemail_duration", sa.BigInteger()),
        sa.Column("quality_info", sa.Text()),
        sa.Column("conversation_type_id", sa.Text()),
        sa.Column("playbook_id", sa.Text()),
        sa.Column("date_answered", sa.DateTime(timezone=True)),
        sa.Column("is_joinable", sa.Boolean()),
        sa.Column("is_forwarded", sa.Boolean()),
        sa.Column("is_to_group_number", sa.Boolean()),
        sa.Column("forwarded_to", sa.Text()),
        sa.Column("transferred_from", sa.Text()),
        sa.Column("transferred_from_user_id", sa.Text()),
        sa.Column("transferred_to", sa.Text()),
        sa.Column("transferred_to_user_id", sa.Text()),
        sa.Column("dialer_id", sa.Text()),
        sa.Column("dialer_saved_search_id", sa.Text()),
        sa.Column("coach_legs", postgresql.JSONB()),
        sa.Column("import_id", sa.Text()),
        sa.Column("custom_activity_type_id", sa.Text()),
        sa.Column("pinned", sa.Boolean()),
        sa.Column("pinned_at", sa.DateTime(timezone=True)),
        sa.Column("mentions", postgresql.JSONB()),
        sa.Column("mentions_updated_at", sa.DateTime(timezone=True)),
        sa.Column("last_published_at", sa.DateTime(timezone=True)),
        sa.Column("custom", postgresql.JSONB()),
        sa.Column("subject", sa.Text()),
        sa.Column("sender", sa.Text()),
        sa.Column("to", postgresql.JSONB()),
        sa.Column("cc", postgresql.JSONB()),
        sa.Column("bcc", postgresql.JSONB()),
        sa.Column("body_text", sa.Text()),
        sa.Column("body_html", sa.Text()),
        sa.Column("body_preview", sa.Text()),
        sa.Column("text_parts", postgresql.JSONB()),
        sa.Column("html_parts", postgresql.JSONB()),
        sa.Column("envelope", postgresql.JSONB()),
        sa.Column("attachments", postgresql.JSONB()),
        sa.Column("template_id", sa.Text()),
        sa.Column("account_id", sa.Text()),
        sa.Column("send_as_id", sa.Text()),
        sa.Column("date_scheduled", sa.DateTime(timezone=True)),
        sa.Column("send_in", sa.BigInteger()),
        sa.Column("date_sent", sa.DateTime(timezone=True)),
        sa.Column("send_attempts", postgresql.JSONB()),
        sa.Column("need_smtp_credentials", sa.Boolean()),
        sa.Column("thread_id", sa.Text()),
        sa.Column("in_reply_to_id", sa.Text()),
        sa.Column("message_ids", postgresql.JSONB()),
        sa.Column("references", postgresql.JSONB()),
        sa.Column("has_reply", sa.Boolean()),
        sa.Column("opens", postgresql.JSONB()),
        sa.Column("opens_summary", sa.Text()),
        sa.Column("followup_date", sa.DateTime(timezone=True)),
        sa.Column("followup_sequence_id", sa.Text()),
        sa.Column("followup_sequence_delay", sa.BigInteger()),
        sa.Column("followup_sequence_add_cc_bcc", sa.Boolean()),
        sa.Column("bulk_email_action_id", sa.Text()),
        sa.Column("n_emails", sa.BigInteger()),
        sa.Column("participants", postgresql.JSONB()),
        sa.Column("latest_normalized_subject", sa.Text()),
        sa.Column("form_id", sa.Text()),
        sa.Column("form_configuration_id", sa.Text()),
        sa.Column("values", postgresql.JSONB()),
        sa.Column("values_by_name", postgresql.JSONB()),
        sa.Column("ip_address", sa.Text()),
        sa.Column("origin", sa.Text()),
        sa.Column("source_url", sa.Text()),
        sa.Column("source_url_normalized", sa.Text()),
        sa.Column("task_id", sa.Text()),
        sa.Column("task_text", sa.Text()),
        sa.Column("task_assigned_to", sa.Text()),
        sa.Column("source_lead_id", sa.Text()),
        sa.Column("destination_lead_id", sa.Text()),
        sa.Column("source_display_name", sa.Text()),
        sa.Column("destination_display_name", sa.Text()),
        sa.Column("merge_status", sa.Text()),
        sa.Column("error_message", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("location", sa.Text()),
        sa.Column("starts_at", sa.DateTime(timezone=True)),
        sa.Column("ends_at", sa.DateTime(timezone=True)),
        sa.Column("is_recurring", sa.Boolean()),
        sa.Column("attendees", postgresql.JSONB()),
        sa.Column("conference_links", postgresql.JSONB()),
        sa.Column("connected_account_id", sa.Text()),
        sa.Column("calendar_event_link", sa.Text()),
        sa.Column("calendar_event_uids", postgresql.JSONB()),
        sa.Column("provider_calendar_event_id", sa.Text()),
        sa.Column("provider_calendar_ids", postgresql.JSONB()),
        sa.Column("provider_calendar_type", sa.Text()),
        sa.Column("integrations", postgresql.JSONB()),
        sa.Column("user_note", sa.Text()),
        sa.Column("user_note_html", sa.Text()),
        sa.Column("user_note_date_updated", sa.DateTime(timezone=True)),
        sa.Column("user_note_mentions", postgresql.JSONB()),
        sa.Column("called_off", sa.Text()),
        sa.Column("told", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("agent_config_id", sa.Text()),
        sa.Column("agent_action_reason", sa.Text()),
        sa.Column("old_status_id", sa.Text()),
        sa.Column("new_status_id", sa.Text()),
        sa.Column("opportunity_id", sa.Text()),
        sa.Column("opportunity_value", sa.BigInteger()),
        sa.Column("opportunity_value_period", sa.Text()),
        sa.Column("opportunity_value_currency", sa.Text()),
        sa.Column("opportunity_value_formatted", sa.Text()),
        sa.Column("opportunity_confidence", sa.BigInteger()),
        sa.Column("opportunity_date_won", sa.DateTime(timezone=True)),
        sa.Column("external_whatsapp_message_id", sa.Text()),
        sa.Column("message_markdown", sa.Text()),
        sa.Column("message_html", sa.Text()),
        sa.Column("response_to_id", sa.Text()),
        sa.Column("integration_link", sa.Text()),
        sa.Column("integration_name", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "contact_id"],
            ["contact.organization_id", "contact.id"],
            name="fk__activity__contact_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__activity__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "custom_activity_type_id"],
            ["custom_activity.organization_id", "custom_activity.id"],
            name="fk__activity__custom_activity_type_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "lead_id"],
            ["lead.organization_id", "lead.id"],
            name="fk__activity__lead_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "response_to_id"],
            ["activity.organization_id", "activity.id"],
            name="fk__activity__response_to_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__activity__updated_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__activity__user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__activity"),
    )
    op.create_index(
        "ix__activity___type_activity_at",
        "activity",
        ["organization_id", "_type", "activity_at", "id"],
    )
    op.create_index(
        "ix__activity___type_date_created",
        "activity",
        ["organization_id", "_type", "date_created", "id"],
    )
    op.create_index(
        "ix__activity__contact_id",
        "activity",
        ["organization_id", "contact_id", "id"],
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index(
        "ix__activity__conversation",
        "activity",
        ["organization_id", "lead_id", "latest_normalized_subject"],
        postgresql_where=sa.text("latest_normalized_subject IS NOT NULL"),
    )
    op.create_index(
        "ix__activity__custom",
        "activity",
        ["custom"],
        postgresql_using="gin",
        postgresql_ops={"custom": "jsonb_path_ops"},
        postgresql_where=sa.text("custom IS NOT NULL"),
    )
    op.create_index(
        "ix__activity__custom_activity_type_id",
        "activity",
        ["organization_id", "custom_activity_type_id", "id"],
        postgresql_where=sa.text("custom_activity_type_id IS NOT NULL"),
    )
    op.create_index(
        "ix__activity__date_created", "activity", ["organization_id", "date_created", "id"]
    )
    op.create_index(
        "ix__activity__form_id",
        "activity",
        ["organization_id", "form_id", "id"],
        postgresql_where=sa.text("form_id IS NOT NULL"),
    )
    op.create_index(
        "ix__activity__lead_id_activity_at",
        "activity",
        ["organization_id", "lead_id", "activity_at", "id"],
    )
    op.create_index(
        "ix__activity__lead_id_date_created",
        "activity",
        ["organization_id", "lead_id", "date_created", "id"],
    )
    op.create_index(
        "ix__activity__message_ids",
        "activity",
        ["message_ids"],
        postgresql_using="gin",
        postgresql_where=sa.text("message_ids IS NOT NULL"),
    )
    op.create_index(
        "ix__activity__opportunity_id",
        "activity",
        ["organization_id", "opportunity_id", "id"],
        postgresql_where=sa.text("opportunity_id IS NOT NULL"),
    )
    op.create_index(
        "ix__activity__outside",
        "activity",
        [sa.literal_column("organization_id"), "external_whatsapp_message_id"],
        postgresql_where=sa.text("external_whatsapp_message_id IS NOT NULL"),
    )
    op.create_index(
        "ix__activity__provider_calendar_event_id",
        "activity",
        ["organization_id", "provider_calendar_event_id", "id"],
        postgresql_where=sa.text("provider_calendar_event_id IS NOT NULL"),
    )
    op.create_index(
        "ix__activity__response_to_id",
        "activity",
        ["organization_id", "response_to_id", "id"],
        postgresql_where=sa.text("response_to_id IS NOT NULL"),
    )
    op.create_index(
        "ix__activity__thread_id",
        "activity",
        ["organization_id", "thread_id", "id"],
        postgresql_where=sa.text("thread_id IS NOT NULL"),
    )
    op.create_index(
        "ix__activity__user_id",
        "activity",
        ["organization_id", "user_id", "id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_index(
        "ix__activity__words",
        "activity",
        [
            sa.literal_column(
                "CAST(to_tsvector('simple'::regconfig, translate(left((((((((((((((((coalesce(title, '') || ' ') || coalesce(subject, '')) || ' ') || coalesce(text, '')) || ' ') || coalesce(note, '')) || ' ') || coalesce(user_note, '')) || ' ') || coalesce(body_text, '')) || ' ') || coalesce(message_markdown, '')) || ' ') || coalesce(location, '')) || ' ') || coalesce(CAST(jsonb_path_query_array(custom, '$.* ? (@.type() == \"string\" && !(@ starts with \"user_\") && !(@ starts with \"cont_\") && !(@ starts with \"custobj_\"))') AS TEXT), ''), 200000), '@./:_~+<>&?=#;-', '               ')) AS TSVECTOR)"
            )
        ],
        postgresql_using="gin",
    )
    op.create_table(
        "comment",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.Text()),
        sa.Column("object_id", sa.Text()),
        sa.Column("lead_id", sa.Text()),
        sa.Column("body", sa.Text()),
        sa.Column("mentions", postgresql.JSONB()),
        sa.Column("created_at", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_at", sa.DateTime(timezone=True)),
        sa.Column("updated_by", sa.Text()),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("removed_by", sa.Text()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__comment__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "lead_id"],
            ["lead.organization_id", "lead.id"],
            name="fk__comment__lead_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "thread_id"],
            ["comment_thread.organization_id", "comment_thread.id"],
            name="fk__comment__thread_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__comment__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__comment"),
    )
    op.create_index(
        "ix__comment__lead_id",
        "comment",
        ["organization_id", "lead_id", "id"],
        postgresql_where=sa.text("lead_id IS NOT NULL"),
    )
    op.create_index(
        "ix__comment__object_id_created_at",
        "comment",
        ["organization_id", "object_id", "created_at", "id"],
    )
    op.create_index(
        "ix__comment__thread_id_created_at",
        "comment",
        ["organization_id", "thread_id", "created_at", "id"],
    )
    op.create_table(
        "import",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Text()),
        sa.Column("updated_by", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("filename", sa.Text()),
        sa.Column("file_id", sa.Text()),
        sa.Column("encoding", sa.Text()),
        sa.Column("delimiter", sa.Text()),
        sa.Column("has_header", sa.Boolean()),
        sa.Column("columns", postgresql.JSONB()),
        sa.Column("rows", postgresql.JSONB()),
        sa.Column("mapping", postgresql.JSONB()),
        sa.Column("match_by", sa.Text()),
        sa.Column("match_field", sa.Text()),
        sa.Column("on_match", sa.Text()),
        sa.Column("lead_status_id", sa.Text()),
        sa.Column("opportunity_status_id", sa.Text()),
        sa.Column("user_id", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("date_order", sa.Text()),
        sa.Column("decimal", sa.Text()),
        sa.Column("currency", sa.Text()),
        sa.Column("send_done_email", sa.Boolean()),
        sa.Column("first_row", sa.BigInteger()),
        sa.Column("place", sa.BigInteger()),
        sa.Column("run", sa.BigInteger()),
        sa.Column("caller", postgresql.JSONB()),
        sa.Column("problems_file_id", sa.Text()),
        sa.Column("n_rows", sa.BigInteger()),
        sa.Column("n_rows_processed", sa.BigInteger()),
        sa.Column("n_rows_skipped", sa.BigInteger()),
        sa.Column("n_rows_failed", sa.BigInteger()),
        sa.Column("n_leads_created", sa.BigInteger()),
        sa.Column("n_leads_updated", sa.BigInteger()),
        sa.Column("n_contacts_created", sa.BigInteger()),
        sa.Column("n_contacts_updated", sa.BigInteger()),
        sa.Column("n_opportunities_created", sa.BigInteger()),
        sa.Column("n_opportunities_updated", sa.BigInteger()),
        sa.Column("n_notes_created", sa.BigInteger()),
        sa.Column("n_reverted", sa.BigInteger()),
        sa.Column("n_conflicts", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__import__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "lead_status_id"],
            ["status_lead.organization_id", "status_lead.id"],
            name="fk__import__lead_status_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "opportunity_status_id"],
            ["status_opportunity.organization_id", "status_opportunity.id"],
            name="fk__import__opportunity_status_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__import__updated_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__import__user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__import"),
    )
    op.create_index(
        "ix__import__lead_status_id",
        "import",
        ["organization_id", "lead_status_id", "id"],
        postgresql_where=sa.text("lead_status_id IS NOT NULL"),
    )
    op.create_index(
        "ix__import__opportunity_status_id",
        "import",
        ["organization_id", "opportunity_status_id", "id"],
        postgresql_where=sa.text("opportunity_status_id IS NOT NULL"),
    )
    op.create_index(
        "ix__import__user_id",
        "import",
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
        sa.Column("comment_summary", postgresql.JSONB()),
        sa.Column(
            "custom", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "contact_id"],
            ["contact.organization_id", "contact.id"],
            name="fk__opportunity__contact_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__opportunity__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "lead_id"],
            ["lead.organization_id", "lead.id"],
            name="fk__opportunity__lead_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "status_id"],
            ["status_opportunity.organization_id", "status_opportunity.id"],
            name="fk__opportunity__status_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__opportunity__updated_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["user.organization_id", "user.id"],
            name="fk__opportunity__user_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__opportunity"),
    )
    op.create_index(
        "ix__opportunity__contact_id",
        "opportunity",
        ["organization_id", "contact_id", "id"],
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index(
        "ix__opportunity__custom",
        "opportunity",
        ["custom"],
        postgresql_using="gin",
        postgresql_ops={"custom": "jsonb_path_ops"},
    )
    op.create_index(
        "ix__opportunity__date_created", "opportunity", ["organization_id", "date_created", "id"]
    )
    op.create_index(
        "ix__opportunity__date_lost", "opportunity", ["organization_id", "date_lost", "id"]
    )
    op.create_index(
        "ix__opportunity__date_updated", "opportunity", ["organization_id", "date_updated", "id"]
    )
    op.create_index(
        "ix__opportunity__date_won", "opportunity", ["organization_id", "date_won", "id"]
    )
    op.create_index(
        "ix__opportunity__lead_id_date_created",
        "opportunity",
        ["organization_id", "lead_id", "date_created", "id"],
    )
    op.create_index(
        "ix__opportunity__status_id",
        "opportunity",
        ["organization_id", "status_id", "id"],
        postgresql_where=sa.text("status_id IS NOT NULL"),
    )
    op.create_index(
        "ix__opportunity__user_id",
        "opportunity",
        ["organization_id", "user_id", "id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_index(
        "ix__opportunity__value",
        "opportunity",
        [
            sa.literal_column("organization_id"),
            sa.literal_column("value DESC NULLS LAST"),
            sa.literal_column("id DESC"),
        ],
    )
    op.create_index(
        "ix__opportunity__words",
        "opportunity",
        [
            sa.literal_column(
                "CAST(to_tsvector('simple'::regconfig, translate(left((coalesce(note, '') || ' ') || coalesce(CAST(jsonb_path_query_array(custom, '$.* ? (@.type() == \"string\" && !(@ starts with \"user_\") && !(@ starts with \"cont_\") && !(@ starts with \"custobj_\"))') AS TEXT), ''), 200000), '@./:_~+<>&?=#;-', '               ')) AS TSVECTOR)"
            )
        ],
        postgresql_using="gin",
    )
    op.create_table(
        "sequence_subscription",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sequence_id", sa.Text()),
        sa.Column("contact_id", sa.Text()),
        sa.Column("lead_id", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("status_reason", sa.Text()),
        sa.Column("contact_email", sa.Text()),
        sa.Column("sender_account_id", sa.Text()),
        sa.Column("sender_name", sa.Text()),
        sa.Column("sender_email", sa.Text()),
        sa.Column("calls_assigned_to", postgresql.JSONB()),
        sa.Column("from_phone_number_id", sa.Text()),
        sa.Column("initial_email_id", sa.Text()),
        sa.Column("start_date", sa.DateTime(timezone=True)),
        sa.Column("created_by_id", sa.Text()),
        sa.Column("updated_by_id", sa.Text()),
        sa.Column("date_created", sa.DateTime(timezone=True)),
        sa.Column("date_updated", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["organization_id", "contact_id"],
            ["contact.organization_id", "contact.id"],
            name="fk__sequence_subscription__contact_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_id"],
            ["user.organization_id", "user.id"],
            name="fk__sequence_subscription__created_by_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "from_phone_number_id"],
            ["phone_number.organization_id", "phone_number.id"],
            name="fk__sequence_subscription__from_phone_number_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "lead_id"],
            ["lead.organization_id", "lead.id"],
            name="fk__sequence_subscription__lead_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "sender_account_id"],
            ["connected_account.organization_id", "connected_account.id"],
            name="fk__sequence_subscription__sender_account_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by_id"],
            ["user.organization_id", "user.id"],
            name="fk__sequence_subscription__updated_by_id",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__sequence_subscription"),
    )
    op.create_index(
        "ix__sequence_subscription__contact_id",
        "sequence_subscription",
        ["organization_id", "contact_id", "id"],
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index(
        "ix__sequence_subscription__from_phone_number_id",
        "sequence_subscription",
        ["organization_id", "from_phone_number_id", "id"],
        postgresql_where=sa.text("from_phone_number_id IS NOT NULL"),
    )
    op.create_index(
        "ix__sequence_subscription__lead_id_date_created",
        "sequence_subscription",
        ["organization_id", "lead_id", "date_created", "id"],
    )
    op.create_index(
        "ix__sequence_subscription__sender_account_id",
        "sequence_subscription",
        ["organization_id", "sender_account_id", "id"],
        postgresql_where=sa.text("sender_account_id IS NOT NULL"),
    )
    op.create_index(
        "ix__sequence_subscription__sequence_id_status",
        "sequence_subscription",
        ["organization_id", "sequence_id", "status", "id"],
    )
    op.create_index(
        "uq__sequence_subscription__contact_id",
        "sequence_subscription",
        ["organization_id", "sequence_id", "contact_id"],
        unique=True,
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
        sa.Column("email_id", sa.Text()),
        sa.Column("subject", sa.Text()),
        sa.Column("body_preview", sa.Text()),
        sa.Column("local_phone", sa.Text()),
        sa.Column("remote_phone", sa.Text()),
        sa.Column("attachments", postgresql.JSONB()),
        sa.ForeignKeyConstraint(
            ["organization_id", "assigned_to"],
            ["user.organization_id", "user.id"],
            name="fk__task__assigned_to",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "contact_id"],
            ["contact.organization_id", "contact.id"],
            name="fk__task__contact_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["user.organization_id", "user.id"],
            name="fk__task__created_by",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "lead_id"],
            ["lead.organization_id", "lead.id"],
            name="fk__task__lead_id",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "updated_by"],
            ["user.organization_id", "user.id"],
            name="fk__task__updated_by",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk__task"),
    )
    op.create_index(
        "ix__task__assigned_to_date", "task", ["organization_id", "assigned_to", "date", "id"]
    )
    op.create_index(
        "ix__task__contact_id",
        "task",
        ["organization_id", "contact_id", "id"],
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index("ix__task__date", "task", ["organization_id", "date", "id"])
    op.create_index("ix__task__date_created", "task", ["organization_id", "date_created", "id"])
    op.create_index("ix__task__lead_id_date", "task", ["organization_id", "lead_id", "date", "id"])
    op.create_index(
        "ix__task__words",
        "task",
        [
            sa.literal_column(
                "CAST(to_tsvector('simple'::regconfig, translate(left((coalesce(subject, '') || ' ') || coalesce(text, ''), 200000), '@./:_~+<>&?=#;-', '               ')) AS TSVECTOR)"
            )
        ],
        postgresql_using="gin",
    )
    op.execute("create table event_default partition of event default")
