"""CSV files become leads, contacts, opportunities and notes: read in pieces, checked as the API
checks, written many at once with their events, and undone whole.

`reading` has the file, `targets` what columns fill in, `converting` a row as bodies of the API,
`checking` these as rows of tables, `matching` and `planning` which objects are meant, `writing`
what is done, `running` the job, `undoing` the way back.
"""
