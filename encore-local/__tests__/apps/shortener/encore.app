{
	// Comments and a trailing comma are fine here.
	"id": "shortener-x7k2",
	"lang": "typescript",
	"global_cors": { "expose_headers": ["X-Visits"], },
}
