// What a value has to be, chosen instead of written: in the form of a step, in front of the field that holds the JSON Schema.

import type { JsonObject } from "../../model/document.ts";
import { FieldList, type Listing, Options, Sort } from "./FieldList.tsx";
import { fieldsIn, written } from "./inputFields.ts";

// `whole`: it is a record whatever it says, as a form for people is.
export function SchemaFields({ whole, ...given }: Listing & { readonly whole: boolean }): React.JSX.Element {
  const { id, schema, readOnly, set } = given;
  if (whole) return <FieldList {...given} />;
  const value: JsonObject = { properties: { value: schema } };
  const field = fieldsIn(value)[0];
  if (!field) return <FieldList {...given} />;
  const write: Parameters<typeof Sort>[0]["write"] = (fields) => set(partOf(written(value, "value", fields)), Object.keys(fields).join());
  return (
    <>
      <fieldset className="item-body" disabled={readOnly}>
        <legend className="visually-hidden">The value</legend>
        <Sort id={id} label="What it is" field={"type" in schema ? field : { ...field, type: field.choices.length ? "string" : "" }} write={write} anything />
        <Options id={id} field={field} write={write} />
      </fieldset>
      {field.type === "object" && <FieldList {...given} />}
    </>
  );
}

const partOf = (record: JsonObject): JsonObject => (record["properties"] as { value: JsonObject }).value;
