import { startMongoDB } from "../../tests/support/mongodb";

/** A MongoDB in a process of its own, as a database is. Prints its address; ends with its input. */
const mongo = await startMongoDB();
console.log(mongo.uri);
process.stdin.resume().once("end", () => {
  void mongo.close().then(() => process.exit(0));
});
