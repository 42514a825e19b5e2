import { SchemaCompiler } from "../../codec/compile-schema";
import { asPayload, encodeJson } from "../../codec/js-value";
import { readerOf } from "../../endpoint/body-params";
import { topFields } from "../../endpoint/fields";
import { scalarText } from "../../endpoint/header-value";
import type { AppModel } from "../../model/types";
import type { MessageCodec } from "../../runtime/host";

/** Messages of one topic. @throws when the model has no such topic. */
export function compileMessageCodec(
  topicName: string,
  { model, decimal }: { model: AppModel; decimal: (value: string) => unknown },
): MessageCodec {
  const topic = model.topics.find(({ name }) => name === topicName);
  if (!topic) throw new Error(`The app has no topic called ${topicName}.`);
  const fields = topFields(topic.message, model.declarations);
  const attributes = fields.filter((field) => field.wire?.in === "attribute").map((field) => field.name);
  const compiler = new SchemaCompiler({ declarations: model.declarations, decimal, fromQuery: false });
  const read = readerOf(compiler.object(fields), `message of topic ${topicName}`);
  return {
    encode(message) {
      const payload = asPayload(message);
      if (payload === null) throw new Error("no message payload provided");
      const present = attributes.filter((name) => payload[name] !== undefined);
      return {
        body: encodeJson(payload),
        attributes: Object.fromEntries(present.map((name) => [name, scalarText(payload[name])])),
      };
    },
    decode: ({ body }) => read(body),
  };
}
