from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_events_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_events only grows: % refused', TG_OP USING ERRCODE = 'raise_exception';
END $$;
CREATE TRIGGER audit_events_only_grow BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_events_only_grow();
"""
BACKWARD = """
DROP TRIGGER audit_events_only_grow ON audit_events;
DROP FUNCTION audit_events_only_grow();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people_and_access")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
