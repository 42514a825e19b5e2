{
  "id": "",
  "lang": "typescript",
  "global_cors": {
    "allow_headers": ["Authorization", "Content-Type", "If-Match", "If-None-Match", "Range", "Idempotency-Key"],
    "expose_headers": ["ETag", "Content-Range", "Accept-Ranges", "Content-Disposition", "Location"],
    "allow_origins_without_credentials": ["*"],
    "allow_origins_with_credentials": ["http://localhost:*", "http://127.0.0.1:*"]
  }
}
