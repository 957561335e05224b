// The house before its rooms are furnished.
