import { startMongoDB, type TestMongoDB } from "./mongodb";

/**
 * A MongoDB whose URI is the secret MongoDBURI of this process. Modules of the app must be imported afterwards, since the
 * runtime reads secrets once, from the variable by which encore-local hands them over.
 */
export async function startMongoDBForApp(): Promise<TestMongoDB & { env: Record<string, string> }> {
  const mongo = await startMongoDB();
  const env = { ENCORE_LOCAL_SECRETS: JSON.stringify({ MongoDBURI: mongo.uri }) };
  Object.assign(process.env, env);
  return { ...mongo, env };
}
