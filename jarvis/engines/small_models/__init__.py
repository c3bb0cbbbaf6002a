"""The small models that listen all day and judge questions, used from a child process as if they were here."""
