{ "id": "shop", "lang": "typescript" }
