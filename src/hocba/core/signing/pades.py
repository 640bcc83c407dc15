SEAL_FIELD = "con-dau"
